//! The command line: arguments, streams and exit codes; one verb per file.

mod answer;
mod check;
mod choose_lab;
mod command_line;
mod completions;
mod context;
mod course;
mod demo;
mod doctor;
mod enter;
mod examine;
mod exit_code;
mod format;
mod gate;
mod gate_client;
mod globals;
mod hint;
mod home;
mod install;
mod lab;
mod learn;
mod lesson_host;
mod list;
mod output;
mod progress;
mod show_error;
mod streams;
mod sudo;
mod supervise;

pub use command_line::run;
pub use exit_code::ExitCode;
