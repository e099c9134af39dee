//! `unitlab practice` (hidden): the sandbox beside a lesson. Orders come in on standard input, one a line, and what
//! becomes of them goes out on standard output; when the orders end, so does the sandbox.

use std::io::{self, BufRead as _, Read, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Instant;

use super::context::Context;
use super::enter::exit_code;
use crate::app::Failure;
use crate::app::LabSession;
use crate::app::command_run::{self, Piece};
use crate::course::Course;
use crate::model::{Block, Chapter, Order, Practice, Told};
use crate::sandbox::{self, Entrance};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Boot on this OS tree's /usr and /etc instead of the host's
    #[arg(long, value_name = "DIR")]
    os_tree: Option<PathBuf>,
}

/// No order is longer.
const LONGEST_ORDER: u64 = 64 << 10;

/// What reaches the one who acts.
enum Heard {
    Order(Order),
    /// There will be no more orders.
    NoMore,
    /// Of the command that runs.
    Piece(Piece),
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let course = context.course()?;
    let (sender, heard) = mpsc::channel();
    let orders = sender.clone();
    thread::spawn(move || read_orders(&orders));
    let mut partner = Server { context, course: &course, args, heard, sender, bench: None, next: None };
    partner.serve();
    if let Some((_, bench)) = partner.bench.take() {
        bench.close()?;
    }
    Ok(0)
}

fn read_orders(orders: &Sender<Heard>) {
    let mut input = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        let read = (&mut input).take(LONGEST_ORDER).read_until(b'\n', &mut line);
        let order = serde_json::from_slice(&line).ok().filter(|_| read.is_ok_and(|count| count > 0));
        let last = order.is_none();
        if orders.send(order.map_or(Heard::NoMore, Heard::Order)).is_err() || last {
            return;
        }
    }
}

/// What became of one command.
enum Outcome {
    /// It ended, as a shell tells it.
    Ended(i32),
    /// It was stopped, or could not run.
    Stopped,
    /// Nobody wants to know any more.
    Unheard,
}

struct Server<'a> {
    context: &'a Context,
    course: &'a Course,
    args: &'a Args,
    heard: Receiver<Heard>,
    sender: Sender<Heard>,
    bench: Option<(&'a Chapter, LabSession)>,
    /// An order that came while a command ran, and ended it.
    next: Option<Order>,
}

impl<'a> Server<'a> {
    fn serve(&mut self) {
        loop {
            let order = match self.next.take() {
                Some(order) => order,
                None => match self.heard.recv() {
                    Ok(Heard::Order(order)) => order,
                    // The last words of a command that nobody waited for.
                    Ok(Heard::Piece(_)) => continue,
                    Ok(Heard::NoMore) | Err(_) => return,
                },
            };
            if !self.obey(order) {
                return;
            }
        }
    }

    /// Does what is ordered; false when there are no more orders, or nobody listens.
    fn obey(&mut self, order: Order) -> bool {
        match order {
            Order::Prepare { chapter } => match self.course.chapter(&chapter) {
                Ok(chapter) => self.prepare(chapter),
                Err(error) => tell(&Told::Impossible { why: error.to_string() }),
            },
            Order::Run { first, block, run } => self.run(&first, &block, &run),
            Order::Stop => true,
        }
    }

    fn prepare(&mut self, chapter: &'a Chapter) -> bool {
        if !tell(&Told::Booting) {
            return false;
        }
        if let Some((_, bench)) = self.bench.take() {
            let _ = bench.close();
        }
        match self.boot(chapter) {
            Ok((bench, systemd)) => {
                self.bench = Some((chapter, bench));
                tell(&Told::Up { systemd })
            }
            Err(failure) => tell(&Told::Impossible { why: failure.what }),
        }
    }

    fn boot(&self, chapter: &Chapter) -> Result<(LabSession, String), Failure> {
        let name = format!("{}-{}", self.context.sandbox_name("lesson"), sandbox::random_id());
        let bench = self.context.workshop(self.args.os_tree.as_deref())?.open_chapter(chapter, &name)?;
        let said = bench.entrance()?.capture(&["systemctl", "--version"], b"")?.output;
        let version = said.split_whitespace().nth(1).unwrap_or("");
        Ok((bench, version.chars().take_while(char::is_ascii_digit).collect()))
    }

    fn run(&mut self, first: &[String], block: &str, run: &str) -> bool {
        let Some((chapter, bench)) = &self.bench else { return tell(&Told::Ended { code: None }) };
        let (chapter, entrance) = (*chapter, bench.entrance());
        let command = |id: &str| chapter.block(id).and_then(Block::command);
        let (Ok(entrance), Some(own)) = (entrance, command(block)) else { return tell(&Told::Ended { code: None }) };
        for need in first.iter().filter_map(|id| command(id)) {
            match self.one(&entrance, need, &need.run, false) {
                Outcome::Ended(_) => {}
                Outcome::Stopped => return tell(&Told::Ended { code: None }),
                Outcome::Unheard => return false,
            }
        }
        match self.one(&entrance, own, run, true) {
            Outcome::Ended(code) => tell(&Told::Ended { code: Some(code) }),
            Outcome::Stopped => tell(&Told::Ended { code: None }),
            Outcome::Unheard => false,
        }
    }

    /// Runs one command to its end.
    fn one(&mut self, entrance: &Entrance, practice: &Practice, run: &str, shown: bool) -> Outcome {
        let sender = self.sender.clone();
        let Ok(mut running) =
            command_run::begin(entrance, practice, run, move |piece| sender.send(Heard::Piece(piece)).is_ok())
        else {
            return Outcome::Stopped;
        };
        let mut stopped = false;
        let mut listening = true;
        let mut limit = Instant::now() + command_run::patience(practice);
        loop {
            match self.heard.recv_timeout(limit.saturating_duration_since(Instant::now())) {
                Ok(Heard::Piece(Piece::Text(text))) if shown && listening => {
                    listening = tell(&Told::Printed { text });
                }
                Ok(Heard::Piece(Piece::End)) => break,
                Ok(Heard::Order(Order::Stop)) => {
                    stopped = true;
                    running.stop();
                }
                // Another chapter is read now: what runs is of no use any more.
                Ok(Heard::Order(order @ Order::Prepare { .. })) => {
                    self.next = Some(order);
                    stopped = true;
                    running.stop();
                }
                // One command runs at a time; what comes all the same is not done.
                Ok(Heard::Order(Order::Run { .. }) | Heard::Piece(_)) => {}
                Err(RecvTimeoutError::Timeout) => {
                    stopped = true;
                    running.stop();
                    limit = Instant::now() + command_run::patience(practice);
                }
                Ok(Heard::NoMore) | Err(RecvTimeoutError::Disconnected) => {
                    running.stop();
                    let _ = running.wait();
                    return Outcome::Unheard;
                }
            }
        }
        match running.wait() {
            _ if !listening => Outcome::Unheard,
            Ok(status) if !stopped => Outcome::Ended(i32::from(exit_code(status))),
            _ => Outcome::Stopped,
        }
    }
}

fn tell(told: &Told) -> bool {
    let Ok(mut line) = serde_json::to_vec(told) else { return false };
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).is_ok()
}
