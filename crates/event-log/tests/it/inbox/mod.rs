mod handling;
mod parking;
mod running;
