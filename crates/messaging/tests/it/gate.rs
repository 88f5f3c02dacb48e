//! A TCP proxy in front of a server, by which a test interrupts the network.

use service::Tasks;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// New connections are dropped, open ones are closed.
    Closed,
    /// Connections stay open, no data passes.
    Silent,
}

/// Forwards a local port to a server.
pub struct Gate {
    port: u16,
    state: watch::Sender<State>,
}

impl Gate {
    /// Starts a proxy to `target` (`host:port`).
    pub async fn to(target: &str, tasks: &Tasks) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = watch::Sender::new(State::Open);
        let (target, seen, inner) = (target.to_owned(), state.subscribe(), tasks.clone());
        tasks.spawn("gate", async move {
            let token = inner.token();
            loop {
                let accepted = tokio::select! {
                    () = token.cancelled() => return,
                    accepted = listener.accept() => accepted,
                };
                let (client, _) = accepted.unwrap();
                if *seen.borrow() == State::Closed {
                    continue;
                }
                let (target, seen, token) = (target.clone(), seen.clone(), inner.token());
                inner.spawn("gate.connection", async move {
                    tokio::select! {
                        () = token.cancelled() => {}
                        () = forward(client, &target, seen) => {}
                    }
                });
            }
        });
        Self { port, state }
    }

    /// The URL with this proxy in place of its host and port.
    pub fn url(&self, url: &str, target: &str) -> String {
        url.replace(target, &format!("127.0.0.1:{}", self.port))
    }

    pub fn close(&self) {
        self.state.send_replace(State::Closed);
    }

    pub fn fall_silent(&self) {
        self.state.send_replace(State::Silent);
    }

    pub fn open(&self) {
        self.state.send_replace(State::Open);
    }
}

async fn forward(mut client: TcpStream, target: &str, mut seen: watch::Receiver<State>) {
    while *seen.borrow_and_update() == State::Silent {
        if seen.changed().await.is_err() {
            return;
        }
    }
    let Ok(mut server) = TcpStream::connect(target).await else {
        return;
    };
    loop {
        let state = *seen.borrow_and_update();
        match state {
            State::Closed => return,
            State::Silent => {
                if seen.changed().await.is_err() {
                    return;
                }
            }
            State::Open => tokio::select! {
                _ = copy_bidirectional(&mut client, &mut server) => return,
                changed = seen.changed() => if changed.is_err() { return },
            },
        }
    }
}

/// `host:port` of an address such as `amqp://user:password@host:port/path`.
pub fn host_and_port(url: &str) -> String {
    let rest = url.split_once("://").unwrap().1;
    let authority = rest.split('/').next().unwrap();
    authority.rsplit('@').next().unwrap().to_owned()
}
