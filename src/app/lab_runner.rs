//! Boots sandboxes for one learner and lays a scene in them.

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::inside::Locations;
use super::lab_session::LabSession;
use crate::course::LabDirectory;
use crate::model::{Chapter, Overlay};
use crate::sandbox::{self, Estate, Plan, RootSource, SandboxError, Wait};

/// Boots sandboxes for one learner.
#[derive(Debug, Clone)]
pub struct LabRunner {
    /// Where the sandboxes are stored.
    pub estate: Estate,
    /// The OS tree that they boot on; `/` for the host's own.
    pub os_tree: PathBuf,
    /// Uid of the learner.
    pub owner: u32,
    /// Gid of the learner.
    pub owner_gid: u32,
    /// The unitlab program that supervises them.
    pub program: PathBuf,
    /// What a request from inside needs on the host.
    pub locations: Locations,
}

impl LabRunner {
    /// Boots a sandbox for a lab. Its scene is laid unless the sandbox already has the learner's work.
    pub fn open(&self, lab: &LabDirectory, name: &str, source: RootSource) -> Result<LabSession, SandboxError> {
        self.open_waiting(lab, name, source, &|_| ControlFlow::Continue(()))
    }

    /// Like [`LabRunner::open`], and calls `wait` again and again while this host has no place for the sandbox.
    pub(crate) fn open_waiting(
        &self,
        lab: &LabDirectory,
        name: &str,
        source: RootSource,
        wait: Wait<'_>,
    ) -> Result<LabSession, SandboxError> {
        self.open_with(&lab.lab.id, &lab.scene, name, source, wait)
    }

    /// Boots a temporary sandbox for the commands of a chapter, with the chapter's scene.
    pub fn open_chapter(&self, chapter: &Chapter, name: &str) -> Result<LabSession, SandboxError> {
        self.open_chapter_waiting(chapter, name, &|_| ControlFlow::Continue(()))
    }

    /// Like [`LabRunner::open_chapter`], and calls `wait` again and again while this host has no place for the sandbox.
    pub(crate) fn open_chapter_waiting(
        &self,
        chapter: &Chapter,
        name: &str,
        wait: Wait<'_>,
    ) -> Result<LabSession, SandboxError> {
        self.open_with(&chapter.id, &chapter.scene, name, RootSource::Fresh, wait)
    }

    fn open_with(
        &self,
        id: &str,
        scene: &Overlay,
        name: &str,
        source: RootSource,
        wait: Wait<'_>,
    ) -> Result<LabSession, SandboxError> {
        let gate_data = serde_json::to_value(&self.locations).map_err(|error| SandboxError::System {
            action: "cannot write the sandbox's plan".into(),
            source: error.into(),
        })?;
        let plan = Plan {
            lab: id.to_owned(),
            owner: self.owner,
            owner_gid: self.owner_gid,
            source,
            os_tree: self.os_tree.clone(),
            program: self.program.clone(),
            gate_data,
        };
        let sandbox = self.estate.sandbox(name);
        let (record, lease) = sandbox::launch(&self.estate, name, &plan, wait)?;
        let session = LabSession::new(self.estate.clone(), sandbox, record, lease);
        if !session.sandbox().is_scene_applied() {
            session.apply_or_fail(scene, "the scene")?;
            session.sandbox().mark_scene_applied()?;
        }
        Ok(session)
    }
}
