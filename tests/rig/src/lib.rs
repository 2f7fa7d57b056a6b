//! The program in a pseudo-terminal, with a home of its own: what several test programs and the benches share.
//!
//! It knows the program from outside alone, by its keys, its screen and its commands.

pub mod home;
pub mod keys;
pub mod screen;
pub mod shown;
pub mod unseen;
