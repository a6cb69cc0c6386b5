//! Which country a network address is in, by a file in the MMDB format that whoever runs the server supplies.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use maxminddb::{PathElement, Reader};

/// Where a record names the country: where the network is used, or else where it is registered.
const NAMED: [[&str; 2]; 2] = [["country", "iso_code"], ["registered_country", "iso_code"]];

/// The file, read when the server starts. An address is looked up and not kept.
#[derive(Clone)]
pub struct CountryFile(Arc<Reader<Vec<u8>>>);

impl CountryFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn open(path: &Path) -> Result<Self, String> {
        let bytes =
            std::fs::read(path).map_err(|error| format!("`{}` cannot be read ({error})", path.display()))?;
        Self::read(bytes).ok_or_else(|| format!("`{}` is not a file in the MMDB format", path.display()))
    }

    fn read(bytes: Vec<u8>) -> Option<Self> {
        Reader::from_source(bytes)
            .ok()
            .map(|reader| Self(Arc::new(reader)))
    }

    /// The ISO 3166 code in capitals of the country that an address is in, where the file knows it.
    #[must_use]
    pub fn find(&self, address: IpAddr) -> Option<String> {
        let found = self.0.lookup(address).ok()?;
        NAMED.iter().find_map(|path| {
            let path = path.map(PathElement::Key);
            let code: Option<String> = found.decode_path(&path).ok()?;
            iso_code(&code?)
        })
    }
}

/// A country's code in capitals; none for what is not one.
pub fn iso_code(text: &str) -> Option<String> {
    let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A text as the format writes it.
    fn text(text: &str) -> Vec<u8> {
        let mut bytes = vec![2 << 5 | u8::try_from(text.len()).expect("short")];
        bytes.extend(text.as_bytes());
        bytes
    }

    /// A map of such values, each written already.
    fn map(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = vec![7 << 5 | u8::try_from(fields.len()).expect("few")];
        for (name, value) in fields {
            bytes.extend(text(name));
            bytes.extend(value);
        }
        bytes
    }

    /// A file that knows the countries of these networks of IPv4, each an address, how many bits of it count, and a record.
    pub(crate) fn file(networks: &[([u8; 4], usize, Vec<u8>)]) -> Vec<u8> {
        const NOTHING: usize = usize::MAX;
        let (mut nodes, mut data) = (vec![[NOTHING; 2]], Vec::<u8>::new());
        // Where records stand is told from the end of the tree on, which is not known yet: kept apart by a bit.
        const RECORD: usize = 1 << 40;
        for (address, bits, record) in networks {
            let address = u32::from_be_bytes(*address);
            let mut at = 0;
            // IPv4 stands in the first of all networks of IPv6.
            for bit in 0..96 + bits {
                let side = match bit.checked_sub(96) {
                    None => 0,
                    Some(bit) => (address >> (31 - bit) & 1) as usize,
                };
                if bit + 1 == 96 + bits {
                    nodes[at][side] = RECORD + data.len();
                    data.extend_from_slice(record);
                } else if nodes[at][side] == NOTHING {
                    nodes.push([NOTHING; 2]);
                    nodes[at][side] = nodes.len() - 1;
                    at = nodes.len() - 1;
                } else {
                    at = nodes[at][side];
                }
            }
        }
        let count = nodes.len();
        let mut bytes = Vec::new();
        for pointer in nodes.into_iter().flatten() {
            let pointer = match pointer {
                NOTHING => count,
                record if record >= RECORD => count + 16 + record - RECORD,
                node => node,
            };
            bytes.extend(&u32::try_from(pointer).expect("small").to_be_bytes()[1..]);
        }
        bytes.extend([0; 16]);
        bytes.extend(data);
        bytes.extend(b"\xab\xcd\xefMaxMind.com");
        let count = u16::try_from(count).expect("few").to_be_bytes();
        bytes.extend(map(&[
            ("binary_format_major_version", vec![5 << 5 | 1, 2]),
            ("binary_format_minor_version", vec![5 << 5]),
            ("build_epoch", vec![1, 2, 1]),
            ("database_type", text("Country")),
            ("description", map(&[])),
            ("ip_version", vec![5 << 5 | 1, 6]),
            ("languages", vec![0, 4]),
            ("node_count", [vec![6 << 5 | 2], count.to_vec()].concat()),
            ("record_size", vec![5 << 5 | 1, 24]),
        ]));
        bytes
    }

    pub(crate) fn country(name: &str, code: &str) -> Vec<u8> {
        map(&[(name, map(&[("iso_code", text(code))]))])
    }

    #[test]
    fn an_address_is_in_the_country_of_its_network() {
        let file = CountryFile::read(file(&[
            ([198, 51, 100, 0], 24, country("country", "PT")),
            ([203, 0, 113, 0], 24, country("registered_country", "no")),
            ([203, 0, 114, 0], 24, country("country", "Nowhere")),
        ]))
        .expect("a file");
        let find = |address: &str| file.find(address.parse().expect("an address"));
        assert_eq!(find("198.51.100.7").as_deref(), Some("PT"));
        assert_eq!(find("203.0.113.255").as_deref(), Some("NO"));
        assert_eq!(find("203.0.114.1"), None, "no code");
        assert_eq!(find("198.51.101.7"), None);
        assert_eq!(find("2001:db8::1"), None);
    }

    #[test]
    fn another_file_is_refused_with_what_is_wrong_with_it() {
        assert!(CountryFile::read(b"not such a file".to_vec()).is_none());
        let missing = CountryFile::open(Path::new("no-such-file.mmdb")).err();
        assert!(
            missing.is_some_and(|why| why.contains("no-such-file.mmdb") && why.contains("cannot be read"))
        );
        let other = CountryFile::open(Path::new("Cargo.toml")).err();
        assert!(other.is_some_and(|why| why.contains("not a file in the MMDB format")));
    }
}
