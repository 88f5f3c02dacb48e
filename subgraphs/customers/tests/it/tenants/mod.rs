mod change_tenant_status;
mod http;
mod resolve_tenant;
mod seed_shop;
mod shop;
