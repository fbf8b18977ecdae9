//! `.br` and `.gz` beside every file that gets smaller by it, so that a host packs nothing while a reader waits.

use std::fs;
use std::io::{self, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Failure;

/// What is text, or nearly so. Fonts are packed by themselves (woff2 is brotli inside).
const KINDS: [&str; 10] = ["html", "js", "css", "wasm", "json", "svg", "xml", "txt", "webmanifest", "bin"];
/// Bytes. What is smaller fits one packet, packed or not.
const LEAST: u64 = 1_024;
/// Brotli's highest quality is for what is fetched by every reader and packed once: the last percent of a page is not worth
/// some twenty times the time, and there are thousands of pages.
const ASSETS: i32 = 11;
const PAGES: i32 = 9;
/// Brotli's largest window, in powers of two, that every browser accepts.
const WINDOW: i32 = 24;

/// What came of it; sizes are in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// Files that were looked at because of their kind and size.
    pub files: usize,
    pub plain: u64,
    /// As a reader gets them whose browser takes brotli.
    pub brotli: u64,
    /// As one gets them whose browser takes gzip only.
    pub gzip: u64,
}

impl Packed {
    fn and(self, other: Packed) -> Packed {
        Packed {
            files: self.files + other.files,
            plain: self.plain + other.plain,
            brotli: self.brotli + other.brotli,
            gzip: self.gzip + other.gzip,
        }
    }
}

/// Packs everything below `out`, on all cores. A packed file that is there from before and no longer worth it goes, since a
/// host would send it in place of the new one. Fails with the file's name where one cannot be read or written.
pub fn pack(out: &Path) -> Result<Packed, Failure> {
    let mut files = Vec::new();
    collect(out, &mut files)?;
    // The largest first: none of them is left over for one core at the end.
    files.sort_by_key(|(path, size)| (std::cmp::Reverse(*size), path.clone()));
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Ok(Packed::default()));
    let work = || {
        let mut mine = Ok(Packed::default());
        while let (Ok(so_far), Some((path, _))) = (&mine, files.get(next.fetch_add(1, Ordering::Relaxed))) {
            let hashed = path.strip_prefix(out).is_ok_and(|path| path.starts_with("assets"));
            mine = pack_file(path, if hashed { ASSETS } else { PAGES })
                .map(|one| so_far.and(one))
                .map_err(|error| format!("{} could not be packed: {error}", path.display()));
        }
        // A thread that panicked has ended the scope, and with it this function.
        let mut all = all.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *all = match (std::mem::replace(&mut *all, Ok(Packed::default())), mine) {
            (Ok(a), Ok(b)) => Ok(a.and(b)),
            (Err(sentence), _) | (_, Err(sentence)) => Err(sentence),
        };
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(files.len().max(1));
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    Ok(all.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())?)
}

/// Every file of a kind and size that is packed, with its size. Links are left alone: they lead to a file that has its own.
fn collect(folder: &Path, files: &mut Vec<(PathBuf, u64)>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            collect(&path, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| KINDS.iter().any(|kind| extension == *kind)) {
            let size = entry.metadata()?.len();
            if size >= LEAST {
                files.push((path, size));
            } else {
                ["br", "gz"].into_iter().try_for_each(|packer| remove(&beside(&path, packer)))?;
            }
        }
    }
    Ok(())
}

fn pack_file(path: &Path, quality: i32) -> io::Result<Packed> {
    let bytes = fs::read(path)?;
    let plain = bytes.len() as u64;
    Ok(Packed {
        files: 1,
        plain,
        brotli: keep(&beside(path, "br"), &brotli(&bytes, quality)?, plain)?,
        gzip: keep(&beside(path, "gz"), &gzip(&bytes)?, plain)?,
    })
}

/// Writes what is smaller than `plain`, and says how many bytes a reader gets.
fn keep(path: &Path, packed: &[u8], plain: u64) -> io::Result<u64> {
    let size = packed.len() as u64;
    if size < plain {
        fs::write(path, packed)?;
        Ok(size)
    } else {
        remove(path)?;
        Ok(plain)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// `page.html` gives `page.html.br`.
fn beside(path: &Path, packer: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(packer);
    name.into()
}

fn brotli(bytes: &[u8], quality: i32) -> io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality, lgwin: WINDOW, size_hint: bytes.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters)?;
    Ok(packed)
}

/// Without time and name in it: the same file gives the same bytes.
fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes)?;
    packer.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// A folder of its own, gone when it is dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("field-guide-packed-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(path.join("assets")).expect("the temporary folder can be written");
            Folder(path)
        }

        fn write(&self, name: &str, bytes: &[u8]) {
            fs::write(self.0.join(name), bytes).expect("a file in it can be written");
        }

        fn read(&self, name: &str) -> Option<Vec<u8>> {
            fs::read(self.0.join(name)).ok()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn unpacked(br: &[u8], gz: &[u8]) -> [Vec<u8>; 2] {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        brotli::BrotliDecompress(&mut &*br, &mut first).expect("the file is brotli");
        flate2::read::GzDecoder::new(gz).read_to_end(&mut second).expect("the file is gzip");
        [first, second]
    }

    /// Bytes that nothing packs: a linear congruential generator's highest ones.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 7_u64;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect()
    }

    #[test]
    fn what_is_packed_unpacks_to_the_file_beside_it() {
        let folder = Folder::new("same");
        let page = "<p>Retry with jitter, or all of them come back at once.</p>\n".repeat(400);
        let names = ["index.html", "assets/program.wasm", "glossary.json", "feed.xml", "assets/search.bin"];
        names.iter().for_each(|name| folder.write(name, page.as_bytes()));
        let packed = pack(&folder.0).unwrap_or_else(|Failure(sentence)| panic!("{sentence}"));
        assert_eq!((packed.files, packed.plain), (names.len(), (names.len() * page.len()) as u64));
        let mut sums = (0, 0);
        for name in names {
            let [br, gz] =
                ["br", "gz"].map(|packer| folder.read(&format!("{name}.{packer}")).unwrap_or_else(|| panic!("{name} has no .{packer}")));
            sums = (sums.0 + br.len() as u64, sums.1 + gz.len() as u64);
            for whole in unpacked(&br, &gz) {
                assert!(whole == page.as_bytes(), "{name} does not unpack to itself");
            }
        }
        assert_eq!((packed.brotli, packed.gzip), sums);
    }

    #[test]
    fn fonts_small_files_and_what_does_not_shrink_have_nothing_beside_them() {
        let folder = Folder::new("none");
        let text = "a".repeat(2_000);
        folder.write("assets/inter.woff2", text.as_bytes());
        folder.write("robots.txt", &text.as_bytes()[..LEAST as usize - 1]);
        folder.write("assets/noise.bin", &noise(4_000));
        // Left over from a build in which they were worth it.
        let before = ["robots.txt.br", "robots.txt.gz", "assets/noise.bin.br", "assets/noise.bin.gz"];
        before.iter().for_each(|name| folder.write(name, b"old"));
        let packed = pack(&folder.0).unwrap_or_else(|Failure(sentence)| panic!("{sentence}"));
        assert_eq!(packed, Packed { files: 1, plain: 4_000, brotli: 4_000, gzip: 4_000 });
        for name in before.into_iter().chain(["assets/inter.woff2.br", "assets/inter.woff2.gz"]) {
            assert!(folder.read(name).is_none(), "{name} is there");
        }
    }

    #[test]
    fn the_same_files_give_the_same_bytes_and_packing_twice_packs_no_packed_file() {
        let folder = Folder::new("twice");
        folder.write("assets/style.css", ".a{color:red}".repeat(300).as_bytes());
        let once = (pack(&folder.0).ok(), folder.read("assets/style.css.br"), folder.read("assets/style.css.gz"));
        let twice = (pack(&folder.0).ok(), folder.read("assets/style.css.br"), folder.read("assets/style.css.gz"));
        assert!(once.0.is_some() && once.1.is_some() && once == twice);
        assert_eq!(fs::read_dir(folder.0.join("assets")).map(Iterator::count).ok(), Some(3));
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let folder = Folder::new("named");
        folder.write("index.html", "word ".repeat(600).as_bytes());
        fs::create_dir_all(folder.0.join("index.html.br")).expect("a folder can stand in the way");
        let Err(Failure(sentence)) = pack(&folder.0) else { panic!("a folder was written over") };
        assert!(sentence.contains("index.html could not be packed"), "{sentence}");
    }
}
