//! truths
