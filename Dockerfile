# One image for every Rust service of ours: catalog, orders, customers, gateway. compose.yaml chooses by command.
# No BuildKit-only syntax, so that any Docker and any other builder can use it.

FROM rust:1.95.0-bookworm AS build
# The image's own compiler; without this rustup would fetch what rust-toolchain.toml names for developers.
ENV RUSTUP_TOOLCHAIN=1.95.0
WORKDIR /source
COPY . .
# xtask and the measuring tools are for developers; the image needs the services only.
RUN cargo build --release --locked --bin catalog --bin orders --bin customers --bin gateway \
    && mkdir /binaries \
    && for name in catalog orders customers gateway; do \
         objcopy --strip-debug "target/release/$name" "/binaries/$name"; \
       done

FROM debian:bookworm-slim
RUN useradd --system --no-create-home --uid 10001 shop \
    && mkdir /keys \
    && chown shop /keys
COPY --from=build /binaries/ /usr/local/bin/
COPY schemas/api.graphql /app/schemas/api.graphql
COPY seeds /app/seeds
WORKDIR /app
USER shop
CMD ["gateway", "serve"]
