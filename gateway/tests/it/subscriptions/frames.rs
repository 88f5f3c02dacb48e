//! Rules of the WebSocket protocol below graphql-transport-ws, with a client that writes raw bytes.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::stage::Stage;

const TEXT: u8 = 0x1;
const CONTINUATION: u8 = 0x0;
const CLOSE: u8 = 0x8;
const LAST: u8 = 0x80;
const MASKED: u8 = 0x80;

/// A connection after its upgrade.
struct Wire(TcpStream);

impl Wire {
    /// Upgrades; returns the head of the answer as well.
    async fn open(stage: &Stage, subprotocol: &str) -> (Self, String) {
        let mut stream = TcpStream::connect(stage.platform.address).await.unwrap();
        let request = format!(
            "GET /graphql HTTP/1.1\r\nhost: kava.localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
             sec-websocket-protocol: {subprotocol}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 101"), "{head}");
        (Self(stream), head)
    }

    /// A short frame; the mask changes nothing.
    async fn send(&mut self, first: u8, content: &[u8]) {
        let length = u8::try_from(content.len()).unwrap();
        assert!(length < 126);
        let head = [first, MASKED | length, 0, 0, 0, 0];
        self.0.write_all(&[&head, content].concat()).await.unwrap();
    }

    /// The next frame that is not a ping: its first byte and its content.
    async fn frame(&mut self) -> (u8, Vec<u8>) {
        loop {
            let first = self.0.read_u8().await.unwrap();
            let length = self.0.read_u8().await.unwrap();
            assert!(length < 126, "short and not masked");
            let mut content = vec![0; usize::from(length)];
            self.0.read_exact(&mut content).await.unwrap();
            if first != LAST | 0x9 {
                return (first, content);
            }
        }
    }

    async fn close_code(&mut self) -> u16 {
        let (first, content) = self.frame().await;
        assert_eq!(first, LAST | CLOSE);
        u16::from_be_bytes([content[0], content[1]])
    }
}

#[tokio::test]
async fn an_unsupported_subprotocol_closes_with_4406() {
    let stage = Stage::start().await;

    for other in ["graphql-ws", "mqtt"] {
        let (mut wire, head) = Wire::open(&stage, other).await;
        assert!(!head.contains("sec-websocket-protocol"), "{head}");
        assert_eq!(wire.close_code().await, 4406);
    }
    let (_wire, head) = Wire::open(&stage, "graphql-ws, graphql-transport-ws").await;
    assert!(
        head.contains("sec-websocket-protocol: graphql-transport-ws\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn a_message_may_be_fragmented() {
    let stage = Stage::start().await;
    let (mut wire, _) = Wire::open(&stage, "graphql-transport-ws").await;
    let message = json!({ "type": "ping" }).to_string();
    let (begin, end) = message.as_bytes().split_at(5);

    wire.send(TEXT, begin).await;
    wire.send(LAST | CONTINUATION, end).await;

    let (first, content) = wire.frame().await;
    assert_eq!(first, LAST | TEXT);
    assert_eq!(content, json!({ "type": "pong" }).to_string().as_bytes());
}

#[tokio::test]
async fn text_that_is_not_utf_8_closes_with_1007() {
    let stage = Stage::start().await;
    let (mut wire, _) = Wire::open(&stage, "graphql-transport-ws").await;

    wire.send(LAST | TEXT, &[0xC3, 0x28]).await;

    assert_eq!(wire.close_code().await, 1007);
}

#[tokio::test]
async fn broken_frames_close_with_1002() {
    let stage = Stage::start().await;
    let reserved_opcode = [LAST | 0x3, MASKED, 0, 0, 0, 0];
    let reserved_bits = [LAST | 0x70 | TEXT, MASKED, 0, 0, 0, 0];
    let not_masked = [LAST | TEXT, 0];

    for bytes in [&reserved_opcode[..], &reserved_bits, &not_masked] {
        let (mut wire, _) = Wire::open(&stage, "graphql-transport-ws").await;
        wire.0.write_all(bytes).await.unwrap();
        assert_eq!(wire.close_code().await, 1002, "{bytes:?}");
    }
}

#[tokio::test]
async fn a_close_frame_is_answered() {
    let stage = Stage::start().await;
    let (mut wire, _) = Wire::open(&stage, "graphql-transport-ws").await;

    wire.send(LAST | CLOSE, &1000_u16.to_be_bytes()).await;

    assert_eq!(wire.close_code().await, 1000);
    assert_eq!(
        wire.0.read(&mut [0]).await.unwrap(),
        0,
        "the connection ends"
    );
}
