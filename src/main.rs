//! The program that the page loads.

fn main() {
    switchboard::start();
}
