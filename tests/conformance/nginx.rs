//! A real nginx for a test: in a folder of its own, on free ports, gone when it is dropped.
//!
//! The tests take this file in with `#[path]`; it is not a test of its own.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The configuration begins with this. One process, so that it keeps the account it was started by and is gone when it is
/// killed.
pub const PROCESS: &str = "daemon off;
master_process off;
pid nginx.pid;
";

/// Stands in `http`: places that everybody may write to.
pub const BODIES: &str = "  client_body_temp_path bodies/1; proxy_temp_path bodies/2; fastcgi_temp_path bodies/3;
  uwsgi_temp_path bodies/4; scgi_temp_path bodies/5;
";

pub struct Nginx {
    child: Child,
    pub folder: PathBuf,
    pub ports: Vec<u16>,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Nginx {
    /// On so many free ports of loopback. `prepare` writes `nginx.conf`, and what else is read, into the folder, which is
    /// made anew.
    pub fn start(program: &Path, ports: usize, prepare: impl Fn(&Path, &[u16]) -> std::io::Result<()>) -> Nginx {
        let folder = std::env::temp_dir().join(format!("field-guide-nginx-{}", std::process::id()));
        // Somebody else may take a port between our letting go of it and nginx's taking it.
        for _ in 0..3 {
            let ports = free_ports(ports).expect("loopback has free ports");
            let _ = std::fs::remove_dir_all(&folder);
            let prepared = std::fs::create_dir_all(folder.join("bodies")).and_then(|()| prepare(&folder, &ports));
            prepared.expect("the temporary folder can be written");
            let mut command = Command::new(program);
            command.arg("-p").arg(&folder).args(["-c", "nginx.conf", "-e", "stderr"]);
            let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it answered -V");
            let mut nginx = Nginx { child, folder: folder.clone(), ports };
            if nginx.accepts() {
                return nginx;
            }
            let _ = nginx.child.kill();
            let mut said = String::new();
            if let Some(mut stderr) = nginx.child.stderr.take() {
                let _ = stderr.read_to_string(&mut said);
            }
            assert!(said.contains("Address already in use"), "nginx does not start:\n{said}");
        }
        panic!("nginx found no free ports in three attempts");
    }

    /// Waits until it does; `false` if it ended instead, or took more than five seconds. Its pid file comes after its sockets,
    /// so whoever answers at the port then is this nginx.
    fn accepts(&mut self) -> bool {
        (0..100).any(|_| {
            sleep(Duration::from_millis(50));
            self.folder.join("nginx.pid").exists() || matches!(self.child.try_wait(), Ok(Some(_)))
        }) && matches!(self.child.try_wait(), Ok(None))
    }
}

/// Different ones: all are held until the last is found.
fn free_ports(count: usize) -> std::io::Result<Vec<u16>> {
    let listeners: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect::<std::io::Result<_>>()?;
    listeners.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

/// The one that NGINX names, or Debian's.
pub fn program() -> PathBuf {
    std::env::var_os("NGINX").map_or_else(|| PathBuf::from("/usr/sbin/nginx"), PathBuf::from)
}

/// The version of nginx; `None` without one that can be used, if that is allowed. It has to have been built with `option`,
/// and `lacks` says what is missing otherwise.
pub fn version(program: &Path, test: &str, option: &str, lacks: &str) -> Option<String> {
    let about = Command::new(program).arg("-V").output().map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
    let problem = match about {
        Ok(about) if about.contains(option) => {
            let (_, version) = about.lines().find_map(|line| line.split_once("nginx version: nginx/")).expect("-V says the version");
            return Some(version.split_whitespace().next().unwrap_or_default().to_owned());
        }
        Ok(_) => format!("was built without {option} and {lacks}; Debian's has it"),
        Err(error) => format!("does not start: {error}"),
    };
    let problem = format!("{} {problem}", program.display());
    assert!(
        std::env::var_os("FIELD_GUIDE_WITHOUT_SERVERS").is_some(),
        "{problem}. Run `make test`, which sets up nginx; or name another in NGINX; or go without: FIELD_GUIDE_WITHOUT_SERVERS=1."
    );
    println!("{test} did not run: {problem}");
    None
}
