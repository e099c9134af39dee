//! One verb per file; the only room where the others meet.

mod answer;
mod check;
mod command_line;
mod completions;
mod context;
mod course;
mod demo;
mod doctor;
mod enter;
mod examine;
mod format;
mod globals;
mod hint;
mod home;
mod inside;
mod lab;
mod learn;
mod list;
mod output;
mod practice;
mod progress;
mod root;
mod supervise;

pub use command_line::run;
