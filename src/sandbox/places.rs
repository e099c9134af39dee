//! Places: how many sandboxes may run on this host at the same time, and a bounded wait for a free one.
//!
//! A place is a locked file below [`DIRECTORY`]. The launcher takes it and hands a copy of the descriptor to the
//! supervisor. The kernel frees it when both have closed it, also if they were killed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};

use super::headroom::{capacity, headroom};
use super::{Estate, SandboxError};

/// On a tmpfs of the host, because the limits are the host's and not one estate's.
const DIRECTORY: &str = "/run/unitlab-places";
/// The most places on any host.
const MOST: usize = 256;
/// How long to wait while no place is freed or taken. Twins and the sandboxes of a proof end by themselves.
const PATIENCE: Duration = Duration::from_secs(60);
/// flock(2) cannot wait for the first of several files, so poll.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a look at what the whole host uses is valid.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Who takes a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occupant {
    /// It runs until its user stops it, so it leaves the last place to twins.
    Sandbox,
    Twin,
}

/// Called while there is no free place, with a text for the user. A `Break` ends the wait.
pub(crate) type Wait<'a> = &'a dyn Fn(&str) -> ControlFlow<()>;

/// The right to run one sandbox.
#[derive(Debug)]
pub(crate) struct Place(File);

/// One place that is taken.
#[derive(Debug, PartialEq, Eq)]
struct Taken {
    number: usize,
    /// When it was taken.
    since: (i64, i64),
    occupant: Occupant,
    /// The payload is up, so it uses what it needs.
    is_up: bool,
    estate: PathBuf,
}

/// A look at all places.
struct Survey {
    taken: Vec<Taken>,
    /// How many more sandboxes fit.
    free: usize,
    /// Why not more, as a clause, and what helps besides stopping a sandbox.
    limit: (String, &'static str),
}

impl Estate {
    /// How many more sandboxes and twins can run on this host now.
    #[must_use]
    pub fn free_places(&self) -> usize {
        let directory = Path::new(DIRECTORY);
        lock(directory).and_then(|_lock| self.survey(directory)).map_or(1, |survey| survey.free)
    }

    /// How many sandboxes and twins can run in this estate, if no others run on this host.
    #[must_use]
    pub fn most_places(&self) -> usize {
        let fit = usize::try_from(capacity()).unwrap_or(MOST).min(MOST);
        self.most_sandboxes().map_or(fit, |most| most.min(fit))
    }

    /// Takes one or two places at once, and waits while there is none. Two checks that want two places each never wait
    /// for each other, because none waits while it holds one.
    pub(super) fn take_places(
        &self,
        occupant: Occupant,
        wanted: usize,
        wait: Wait<'_>,
    ) -> Result<(Place, Option<Place>), SandboxError> {
        let directory = Path::new(DIRECTORY);
        let mut changed = Instant::now();
        let mut taken = Vec::new();
        loop {
            let survey = match self.try_take(directory, occupant, wanted)? {
                Ok(places) => return Ok(places),
                Err(survey) => survey,
            };
            let running = match survey.taken.len() {
                1 => "1 sandbox is running".to_owned(),
                count => format!("{count} sandboxes are running"),
            };
            if survey.taken != taken {
                (taken, changed) = (survey.taken, Instant::now());
            }
            let looked = Instant::now();
            // A look at the whole host is expensive, so one in a second must do while no place changes hands.
            while looked.elapsed() < LOOK_AGAIN && locked_look(directory)? == taken {
                // If no sandbox runs, none can free a place.
                let is_over = taken.is_empty() || changed.elapsed() >= PATIENCE;
                if is_over || wait(&format!("waiting for a free place: {running}")).is_break() {
                    let (why, remedy) = survey.limit;
                    return Err(SandboxError::NoPlace {
                        why: format!("{running}, and {why}"),
                        next: format!("stop sandboxes that you do not need (`unitlab list`){remedy}"),
                    });
                }
                thread::sleep(PAUSE);
            }
        }
    }

    /// All places of one call are taken under one lock.
    fn try_take(
        &self,
        directory: &Path,
        occupant: Occupant,
        wanted: usize,
    ) -> Result<Result<(Place, Option<Place>), Survey>, SandboxError> {
        let _lock = lock(directory)?;
        let survey = self.survey(directory)?;
        let sandboxes = survey.taken.iter().filter(|taken| taken.occupant == Occupant::Sandbox).count();
        let most = survey.taken.len() + survey.free;
        let for_twins = occupant == Occupant::Sandbox && sandboxes > 0 && sandboxes + 1 >= most;
        if survey.free == 0 || for_twins {
            return Ok(Err(survey));
        }
        let free = (0..MOST).filter(|number| survey.taken.iter().all(|taken| taken.number != *number));
        let mut places = free.filter_map(|number| Place::take(directory, number, occupant, self.root()).transpose());
        let Some(first) = places.next().transpose()? else { return Ok(Err(survey)) };
        let second = if wanted > 1 && survey.free > 1 { places.next().transpose()? } else { None };
        drop(places);
        Ok(Ok((first, second)))
    }

    /// Call it with the lock.
    fn survey(&self, directory: &Path) -> Result<Survey, SandboxError> {
        let taken = list_taken(directory)?;
        let starting = taken.iter().filter(|taken| !taken.is_up).count();
        let (fit, resource) = headroom(u64::try_from(starting).unwrap_or(u64::MAX));
        let free = usize::try_from(fit).unwrap_or(MOST).min(MOST - taken.len().min(MOST));
        let limit = (resource.shortage(), resource.remedy());
        Ok(match self.most_sandboxes() {
            Some(most) => {
                let own = taken.iter().filter(|taken| taken.estate == self.root()).count();
                let left = most.saturating_sub(own);
                if left < free {
                    let why = format!("{} allows {most}", self.root().join("places").display());
                    Survey { taken, free: left, limit: (why, ", or change that file") }
                } else {
                    Survey { taken, free, limit }
                }
            }
            None => Survey { taken, free, limit },
        })
    }

    /// The number in the file `places` of this estate: the most sandboxes and twins that may run in it.
    fn most_sandboxes(&self) -> Option<usize> {
        fs::read_to_string(self.root().join("places")).ok()?.trim().parse().ok()
    }
}

impl Place {
    /// None if it is taken.
    fn take(directory: &Path, number: usize, occupant: Occupant, estate: &Path) -> Result<Option<Self>, SandboxError> {
        let path = directory.join(number.to_string());
        let mut file = open(&path)?;
        if !is_free(&file) {
            return Ok(None);
        }
        let word = match occupant {
            Occupant::Sandbox => "sandbox",
            Occupant::Twin => "twin",
        };
        let text = [word.as_bytes(), b"\n", estate.as_os_str().as_encoded_bytes(), b"\n"].concat();
        file.set_len(0).and_then(|()| file.write_all(&text)).map_err(SandboxError::file("cannot write", &path))?;
        Ok(Some(Self(file)))
    }

    /// Records that the payload is up.
    pub(super) fn mark_up(&mut self) {
        let _ = self.0.write_all(b"up\n");
    }

    /// Sends a message to the supervisor, and with its first byte a copy of the place.
    pub(super) fn send_with(&self, stream: &mut UnixStream, message: &[u8]) -> io::Result<()> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let descriptors = [self.0.as_fd()];
        control.push(SendAncillaryMessage::ScmRights(&descriptors));
        let sent = sendmsg(&*stream, &[IoSlice::new(message)], &mut control, SendFlags::NOSIGNAL)?;
        stream.write_all(&message[sent..])
    }

    /// Receives the first byte of a message, and the place that came with it. There is no byte if the launcher has died.
    pub(super) fn receive(stream: &UnixStream) -> io::Result<(Vec<u8>, Option<Self>)> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut byte = [0];
        let flags = RecvFlags::CMSG_CLOEXEC;
        let received = retry_on_intr(|| recvmsg(stream, &mut [IoSliceMut::new(&mut byte)], &mut control, flags))?;
        let descriptor = control.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        let place = descriptor.map(|descriptor| Self(descriptor.into()));
        Ok((byte[..received.bytes].to_vec(), place))
    }
}

impl Taken {
    /// None if the place is free.
    fn look(directory: &Path, number: usize) -> Option<Self> {
        let mut file = open(&directory.join(number.to_string())).ok()?;
        if is_free(&file) {
            return None;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        let meta = file.metadata().ok()?;
        let mut lines = text.lines();
        let occupant = if lines.next() == Some("twin") { Occupant::Twin } else { Occupant::Sandbox };
        let estate = PathBuf::from(lines.next().unwrap_or_default());
        let is_up = lines.next() == Some("up");
        Some(Self { number, since: (meta.mtime(), meta.mtime_nsec()), occupant, is_up, estate })
    }
}

fn locked_look(directory: &Path) -> Result<Vec<Taken>, SandboxError> {
    let _lock = lock(directory)?;
    list_taken(directory)
}

/// The places that are taken. Call it with the lock.
fn list_taken(directory: &Path) -> Result<Vec<Taken>, SandboxError> {
    let entries = fs::read_dir(directory).map_err(SandboxError::file("cannot read", directory))?;
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut taken: Vec<Taken> = numbers.filter_map(|number| Taken::look(directory, number)).collect();
    taken.sort_by_key(|taken| taken.number);
    Ok(taken)
}

/// Locks all places against others who look or take.
fn lock(directory: &Path) -> Result<File, SandboxError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(SandboxError::file("cannot make", directory))?;
    let path = directory.join("lock");
    let file = open(&path)?;
    retry_on_intr(|| rustix::fs::flock(&file, FlockOperation::LockExclusive))
        .map_err(|errno| SandboxError::file("cannot lock", &path)(errno.into()))?;
    Ok(file)
}

fn open(path: &Path) -> Result<File, SandboxError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true).mode(0o600);
    options.open(path).map_err(SandboxError::file("cannot open", path))
}

/// Locks the file if nobody has. Call it with the lock of all places.
fn is_free(file: &File) -> bool {
    rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use super::{Estate, Occupant, Place};

    /// An estate that allows this many sandboxes and twins.
    fn estate(dir: &Path, places: usize) -> Estate {
        fs::write(dir.join("places"), places.to_string()).unwrap();
        Estate::at(dir)
    }

    fn take(estate: &Estate, occupant: Occupant, wanted: usize) -> Option<Vec<Place>> {
        let taken = estate.try_take(&estate.root().join("held"), occupant, wanted).unwrap();
        taken.ok().map(|(first, second)| std::iter::once(first).chain(second).collect())
    }

    fn count(taken: Option<&Vec<Place>>) -> usize {
        taken.map_or(0, Vec::len)
    }

    #[test]
    fn a_check_gets_two_places_or_the_last_one_and_gives_them_back() {
        let dir = tempfile::tempdir().unwrap();
        let estate = estate(dir.path(), 3);
        let two = take(&estate, Occupant::Twin, 2);
        let one = take(&estate, Occupant::Twin, 2);
        assert_eq!((count(two.as_ref()), count(one.as_ref())), (2, 1));
        assert!(take(&estate, Occupant::Twin, 2).is_none());
        drop(one);
        assert_eq!(count(take(&estate, Occupant::Twin, 1).as_ref()), 1);
    }

    /// Without the place that stays for twins, three sandboxes would take all three, and each check would wait for ever.
    #[test]
    fn sandboxes_leave_the_last_place_to_a_twin() {
        let dir = tempfile::tempdir().unwrap();
        let estate = estate(dir.path(), 3);
        let sandboxes = [(); 2].map(|()| take(&estate, Occupant::Sandbox, 1));
        assert!(sandboxes.iter().all(Option::is_some) && take(&estate, Occupant::Sandbox, 1).is_none());
        assert_eq!(count(take(&estate, Occupant::Twin, 2).as_ref()), 1);
        drop(sandboxes);
        // A host with room for one sandbox only boots it.
        fs::write(dir.path().join("places"), "1").unwrap();
        assert!(take(&estate, Occupant::Sandbox, 1).is_some());
    }

    /// A supervisor has a copy, which the kernel closes when it is killed.
    #[test]
    fn a_place_is_free_when_both_of_its_processes_have_gone() {
        let dir = tempfile::tempdir().unwrap();
        let estate = estate(dir.path(), 1);
        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        let place = take(&estate, Occupant::Twin, 1).unwrap();
        place[0].send_with(&mut ours, b"what to supervise").unwrap();
        drop(ours);
        drop(place);
        assert!(take(&estate, Occupant::Twin, 1).is_none(), "on its way to the supervisor");
        let (byte, copy) = Place::receive(&theirs).unwrap();
        let mut rest = String::new();
        theirs.read_to_string(&mut rest).unwrap();
        assert_eq!((byte.as_slice(), rest.as_str()), (b"w".as_slice(), "hat to supervise"));
        let mut copy = copy.unwrap();
        copy.mark_up();
        let held = super::locked_look(&dir.path().join("held")).unwrap();
        assert!(held.len() == 1 && held[0].is_up && held[0].estate == dir.path(), "{held:?}");
        let mut supervisor = Command::new("sleep").arg("60").stdin(Stdio::from(copy.0)).spawn().unwrap();
        assert!(take(&estate, Occupant::Twin, 1).is_none(), "held by the supervisor");
        supervisor.kill().unwrap();
        supervisor.wait().unwrap();
        assert!(take(&estate, Occupant::Twin, 1).is_some());
        let (byte, none) = Place::receive(&theirs).unwrap();
        assert!(byte.is_empty() && none.is_none(), "the launcher has died");
    }
}
