//! Units as the service manager knows them: properties, failure, boot, stability.

pub(crate) mod boot;
pub(crate) mod environment;
pub(crate) mod failure;
pub(crate) mod ordering_cycle;
pub(crate) mod run;
pub(crate) mod stability;
pub(crate) mod systemctl;
pub(crate) mod unit_name;
