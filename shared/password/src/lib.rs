//! Hashes of passwords: Argon2id ([RFC 9106](https://www.rfc-editor.org/rfc/rfc9106)) as PHC strings, pure.
//!
//! It takes tens of milliseconds of computing, which is why a component of its own does it: on the instance of another
//! one, every request there would wait.

use argon2::password_hash::phc::{self, Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version, password_hash};

/// What a new hash costs to make, and to guess: the least that OWASP's Password Storage Cheat Sheet recommends.
mod today {
    pub const MEMORY_KIB: u32 = 19_456;
    pub const PASSES: u32 = 2;
    pub const LANES: u32 = 1;
    pub const OUTPUT_BYTES: usize = 32;
}

/// What checking a hash may cost that was made elsewhere, or at another time.
mod most {
    pub const MEMORY_KIB: u32 = 64 * 1024;
    pub const PASSES: u32 = 10;
    pub const LANES: u32 = 16;
}

/// Random bytes, new for every hash.
pub type NewSalt = [u8; 16];

/// What a password is to a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Another one.
    Wrong,
    /// The one that it was made of.
    Right,
    /// The one that it was made of, in another way than today's: replace the hash.
    RightButOutdated,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The hash is not one that can be checked here.
    #[error(
        "the hash is not one of Argon2 in PHC format, or needs more than {} KiB, {} passes or {} lanes",
        most::MEMORY_KIB,
        most::PASSES,
        most::LANES
    )]
    Unsupported,
    /// There is no memory to work in.
    #[error("there is not enough memory to hash a password")]
    OutOfMemory,
}

impl From<argon2::Error> for HashError {
    fn from(error: argon2::Error) -> Self {
        match error {
            argon2::Error::OutOfMemory => Self::OutOfMemory,
            _ => Self::Unsupported,
        }
    }
}

impl From<password_hash::Error> for HashError {
    fn from(_: password_hash::Error) -> Self {
        Self::Unsupported
    }
}

impl From<phc::Error> for HashError {
    fn from(_: phc::Error) -> Self {
        Self::Unsupported
    }
}

/// Hashes a password in today's way.
///
/// # Errors
/// [`HashError::OutOfMemory`].
pub fn hash(password: &str, salt: &NewSalt) -> Result<String, HashError> {
    let params = Params::new(
        today::MEMORY_KIB,
        today::PASSES,
        today::LANES,
        Some(today::OUTPUT_BYTES),
    )?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: (&params).try_into()?,
        salt: Some(Salt::new(salt)?),
        hash: Some(compute(
            password,
            salt,
            Algorithm::Argon2id,
            Version::V0x13,
            params,
        )?),
    };
    Ok(hash.to_string())
}

/// Compares a password with a hash of any variant of Argon2, whatever its parameters are.
///
/// # Errors
/// [`HashError`].
pub fn verify(password: &str, hash: &str) -> Result<Verdict, HashError> {
    let hash = PasswordHash::new(hash)?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    // Hashes of the first version do not name it.
    let version = hash.version.map_or(Ok(Version::V0x10), Version::try_from)?;
    let params = Params::try_from(&hash)?;
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
        return Err(HashError::Unsupported);
    };
    if params.m_cost() > most::MEMORY_KIB
        || params.t_cost() > most::PASSES
        || params.p_cost() > most::LANES
    {
        return Err(HashError::Unsupported);
    }
    let is_of_today = algorithm == Algorithm::Argon2id
        && version == Version::V0x13
        && params.m_cost() == today::MEMORY_KIB
        && params.t_cost() == today::PASSES
        && params.p_cost() == today::LANES
        && expected.len() == today::OUTPUT_BYTES
        && salt.len() == size_of::<NewSalt>();
    // `Output` compares in constant time.
    let matches = compute(password, salt, algorithm, version, params)? == *expected;
    Ok(match (matches, is_of_today) {
        (false, _) => Verdict::Wrong,
        (true, true) => Verdict::Right,
        (true, false) => Verdict::RightButOutdated,
    })
}

fn compute(
    password: &str,
    salt: &[u8],
    algorithm: Algorithm,
    version: Version,
    params: Params,
) -> Result<Output, HashError> {
    let mut output = [0; Output::MAX_LENGTH];
    let length = params.output_len().unwrap_or(today::OUTPUT_BYTES);
    let output = output.get_mut(..length).ok_or(HashError::Unsupported)?;
    Argon2::new(algorithm, version, params).hash_password_into(
        password.as_bytes(),
        salt,
        output,
    )?;
    Ok(Output::new(output)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: NewSalt = *b"0123456789abcdef";

    #[test]
    fn a_new_hash_is_argon2id_with_the_parameters_that_owasp_recommends() {
        let hash = hash("correct horse", &SALT).unwrap();
        let (head, output) = hash.rsplit_once('$').unwrap();
        assert_eq!(
            head,
            "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg"
        );
        assert_eq!(output.len(), 43);
        assert_eq!(verify("correct horse", &hash), Ok(Verdict::Right));
        assert_eq!(verify("correct horse ", &hash), Ok(Verdict::Wrong));
        assert_eq!(verify("", &hash), Ok(Verdict::Wrong));
    }

    #[test]
    fn another_salt_makes_another_hash() {
        let other = hash("x", b"fedcba9876543210").unwrap();
        assert_ne!(hash("x", &SALT).unwrap(), other);
        assert_eq!(verify("x", &other), Ok(Verdict::Right));
    }

    /// Hashes of "password" from the tests of the reference implementation.
    #[test]
    fn a_hash_made_elsewhere_is_right_but_outdated() {
        for hash in [
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
            "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ",
        ] {
            assert_eq!(
                verify("password", hash),
                Ok(Verdict::RightButOutdated),
                "{hash}"
            );
            assert_eq!(verify("Password", hash), Ok(Verdict::Wrong), "{hash}");
        }
    }

    #[test]
    fn today_s_parameters_with_a_short_salt_are_outdated() {
        let params = Params::new(19_456, 2, 1, Some(32)).unwrap();
        let output = compute(
            "x",
            b"somesalt",
            Algorithm::Argon2id,
            Version::V0x13,
            params,
        )
        .unwrap();
        let hash = format!("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ${output}");
        assert_eq!(verify("x", &hash), Ok(Verdict::RightButOutdated));
    }

    #[test]
    fn err_what_is_no_hash_or_too_much_work() {
        let output = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        for hash in [
            String::new(),
            "secret".into(),
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".into(),
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ".into(),
            "$argon2id$v=19$m=65536,t=2,p=1".into(),
            format!("$argon2x$v=19$m=65536,t=2,p=1$c29tZXNhbHQ${output}"),
            format!("$argon2id$v=20$m=65536,t=2,p=1$c29tZXNhbHQ${output}"),
            format!("$argon2id$v=19$m=65536,t=2,p=0$c29tZXNhbHQ${output}"),
            format!("$argon2id$v=19$m=7,t=2,p=1$c29tZXNhbHQ${output}"),
            format!("$argon2id$v=19$m=65536,t=2,p=1$c2FsdA${output}"),
            format!("$argon2id$v=19$m=65537,t=2,p=1$c29tZXNhbHQ${output}"),
            format!("$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ${output}"),
            format!("$argon2id$v=19$m=65536,t=11,p=1$c29tZXNhbHQ${output}"),
            format!("$argon2id$v=19$m=65536,t=2,p=17$c29tZXNhbHQ${output}"),
        ] {
            assert_eq!(
                verify("password", &hash),
                Err(HashError::Unsupported),
                "{hash}"
            );
        }
    }
}
