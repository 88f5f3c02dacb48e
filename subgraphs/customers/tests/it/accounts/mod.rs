mod seed_people;
mod sign_in;
mod viewer;
