use database::page::{Direction, encode_cursor};

use crate::{ConnectionArguments, Failure};

fn code_of<T: std::fmt::Debug>(result: Result<T, Failure>) -> &'static str {
    result.unwrap_err().code()
}

#[test]
fn page_size_defaults_to_twenty_rows() {
    let request = ConnectionArguments::default()
        .page::<i32>("products:NAME")
        .unwrap();

    assert_eq!(request.limit, 20);
    assert_eq!(request.direction, Direction::Forward);
    assert!(request.cursor.is_none());
}

#[test]
fn accepts_only_cursors_of_the_same_list() {
    let cursor = encode_cursor("products:NAME", &7);
    let arguments = ConnectionArguments::new(None, None, Some(5), Some(cursor));

    let request = arguments.clone().page::<i32>("products:NAME").unwrap();

    assert_eq!(
        (request.direction, request.limit, request.cursor),
        (Direction::Backward, 5, Some(7))
    );
    assert_eq!(
        code_of(arguments.page::<i32>("products:NEWEST")),
        "CURSOR_INVALID"
    );
}

#[test]
fn rejects_sizes_out_of_bounds_and_mixed_directions() {
    let sizes = [
        ConnectionArguments::forward(Some(-1), None),
        ConnectionArguments::forward(Some(101), None),
        ConnectionArguments::new(None, None, Some(i32::MAX), None),
        ConnectionArguments::new(Some(1), None, Some(1), None),
    ];

    for arguments in sizes {
        assert_eq!(
            code_of(arguments.page::<i32>("products:NAME")),
            "BAD_REQUEST"
        );
    }
}

#[test]
fn masks_the_text_of_an_internal_failure() {
    let failure = Failure::internal(std::io::Error::other("password of catalog_app is wrong"));

    let error = async_graphql::Error::from(failure);

    assert_eq!(error.message, "internal error");
}
