//! Sittings played key by key, without a terminal.
