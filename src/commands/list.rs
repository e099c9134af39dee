//! `unitlab list`: the labs, what is done, what is running.

use std::io::{self, Write};
use std::iter;

use super::context::Context;
use super::failure::Failure;
use super::inside;
use crate::sandbox;
use crate::terminal::wrap;

pub(super) fn run(context: &Context) -> Result<u8, Failure> {
    inside::only_outside("unitlab list")?;
    let course = context.course()?;
    let progress = context.progress()?;
    let mut out = io::stdout().lock();
    let wide = course.labs().iter().map(|lab| lab.lab.id.len()).max().unwrap_or(0);
    writeln!(out, "Labs")?;
    for lab in course.labs() {
        let lab = &lab.lab;
        let past = progress.labs.get(&lab.id);
        let best = past.and_then(|past| past.best_percent).map_or("–".to_owned(), |percent| format!("{percent} %"));
        let state = match past {
            Some(past) if past.passed_at.is_some() => "passed",
            Some(_) => "begun",
            None => "new",
        };
        let running =
            if context.estate().sandbox(&context.sandbox_name(&lab.id)).is_running() { " · running" } else { "" };
        let in_hand = match progress.lab_in_hand.as_ref() == Some(&lab.id) {
            true if context.terminal.unicode() => "▸",
            true => ">",
            false => " ",
        };
        let details = format!("{} min · best {best} · {state}{running}", lab.minutes);
        let columns = context.terminal.width();
        let lines = [&lab.title, &details].into_iter().flat_map(|text| wrap(text, columns, wide + 4));
        for (line, (mark, id)) in lines.zip(iter::once((in_hand, lab.id.as_str())).chain(iter::repeat((" ", "")))) {
            writeln!(out, "{mark} {id:wide$}  {line}")?;
        }
    }
    writeln!(out)?;
    if !sandbox::is_root() {
        writeln!(out, "Which sandboxes are running is root's to see: sudo unitlab list\n")?;
    }
    drop(out);
    let first = course.labs().first().map_or("LAB", |lab| &lab.lab.id);
    context.point_on(&[("start one", &format!("unitlab lab start {first}"))])?;
    Ok(0)
}
