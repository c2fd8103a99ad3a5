//! User names and passwords in any script: which characters they may have, and the form in which they are compared.
//!
//! > Before comparing or evaluating the uniqueness of a "userName" or "password" attribute, service providers MUST use
//! > the preparation, enforcement, and comparison of internationalized strings (PRECIS) … rules
//! > ([RFC 7644 §5](https://www.rfc-editor.org/rfc/rfc7644#section-5))
//!
//! Those rules are [RFC 8265](https://www.rfc-editor.org/rfc/rfc8265) today, over the classes of characters of
//! [RFC 8264](https://www.rfc-editor.org/rfc/rfc8264). They are worked out from the properties in ICU4X's tables, and
//! not from IANA's table of the derived property, which is that of Unicode 6.3: it knows no character younger than 2013.

mod bidi;
mod class;
mod context;
mod fold;
mod opaque;
mod tables;
mod user_name;
mod width;

pub use fold::fold;
pub use opaque::opaque_string;

pub(crate) use user_name::check_user_name;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Normalization Form C: characters that look the same are the same.
const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
