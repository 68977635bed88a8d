//! Files that the page's build compressed beforehand, and whether a browser takes them.

/// How a file is packed; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// Its name in HTTP.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// What the build adds to a file's name.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }

    /// How the file of that name is packed, if it is.
    pub(crate) fn of_file(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| name.ends_with(one.suffix()))
    }

    /// Those that the header allows. One that is not named is not allowed: `*` may mean it, but whoever can
    /// unpack brotli says so.
    pub(crate) fn accepted(header: &str) -> impl Iterator<Item = Self> + '_ {
        Self::ALL.into_iter().filter(|one| {
            header.split(',').any(|item| {
                let mut parts = item.split(';').map(str::trim);
                parts
                    .next()
                    .is_some_and(|name| name.eq_ignore_ascii_case(one.name()))
                    && !parts.any(is_refusal)
            })
        })
    }
}

/// Whether a parameter says "not acceptable": `q=0`, `q=0.0`.
fn is_refusal(parameter: &str) -> bool {
    parameter
        .split_once('=')
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .is_some_and(|(_, value)| value.trim().parse::<f32>().is_ok_and(|quality| quality <= 0.0))
}
