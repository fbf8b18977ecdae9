//! Payments API
//!
//! Terms are those of the <a id="before" href="GUIDE_URL">field guide</a>; a client is held back by a <a href="GUIDE_URLterms/token-bucket/" data-field-guide>token bucket</a>.
//!
//! [Try the limits](second)
//!
//! <field-guide-term slug="idempotency">
//! <a href="GUIDE_URLterms/idempotency/">Idempotency</a>
//! </field-guide-term>
//!
//! Every call is safe to repeat.

pub mod second;
