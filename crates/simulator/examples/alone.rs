//! The stand-in alone, for programs in other languages: `alone ACCOUNT TOKEN` prints its address, its time stands still,
//! and it ends when its standard input does.

use std::net::TcpListener;

use switchboard_simulator::{Application, ClockMode, Simulator, SimulatorConfig, run};
use tokio_util::sync::CancellationToken;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "whoever started it reads the address there")]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let account = arguments.next().unwrap_or_default();
    let token = arguments.next().unwrap_or_default();
    let mut config = SimulatorConfig::new(account, token);
    config.application = Application {
        sid: String::from("AP00000000000000000000000000000001"),
        ..Application::default()
    };
    let simulator = Simulator::new(config);
    simulator.set_clock(ClockMode::Frozen);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    let shutdown = CancellationToken::new();
    let ended = shutdown.clone();
    tokio::task::spawn_blocking(move || {
        // An error is an end, too.
        let _ = std::io::read_to_string(std::io::stdin());
        ended.cancel();
    });
    run(listener, simulator, shutdown).await
}
