mod http;
mod resolve_tenant;
mod shop;
