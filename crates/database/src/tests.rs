use crate::page::{InvalidCursor, Page, PageRequest, decode_cursor, encode_cursor};

#[test]
fn a_cursor_is_valid_only_for_its_list() {
    let cursor = encode_cursor("products:NAME", &("Espresso", 7));

    assert_eq!(
        decode_cursor("products:NAME", &cursor),
        Ok(("Espresso".to_owned(), 7))
    );
    assert_eq!(
        decode_cursor::<(String, i32)>("products:NEWEST", &cursor),
        Err(InvalidCursor)
    );
    assert_eq!(
        decode_cursor::<(String, i32)>("products:NAME", "%%%"),
        Err(InvalidCursor)
    );
    assert_eq!(
        decode_cursor::<i64>("products:NAME", &cursor),
        Err(InvalidCursor)
    );
}

#[test]
fn an_extra_row_means_that_more_follow() {
    let request = PageRequest::forward(2, None::<i32>);

    let page = Page::from_fetched(vec![1, 2, 3], &request);

    assert_eq!(page.items, [1, 2]);
    assert!(page.has_next);
    assert!(!page.has_previous);
}

#[test]
fn a_backward_page_keeps_the_order_of_the_list() {
    let request = PageRequest::backward(2, Some(9));

    let page = Page::from_fetched(vec![8, 7, 6], &request);

    assert_eq!(page.items, [7, 8]);
    assert!(page.has_next);
    assert!(page.has_previous);
}
