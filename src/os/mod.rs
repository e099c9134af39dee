//! What several rooms need of the operating system alike: a child with a deadline, an atomic file replace, accounts.
