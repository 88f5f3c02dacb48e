#!/usr/bin/env bash
# Makes the dumps and facts.json beside it: starts the platform of the commit below with small demo shops, brings it into
# many states through its gateway, freezes it with two sagas under way, dumps its databases.
#
#   testdata/upgrade/make.sh [scratch folder]
#
# Needs git, Rust, curl, jq and the PostgreSQL 15 client. Every run makes other ids, times and tokens.
set -euo pipefail
commit=8d76ab89b1c699b584441dfe0e4f74d34e9ae0f6
here=$(cd "$(dirname "$0")" && pwd)
scratch=${1:-$(mktemp -d)}
pg_dump=/usr/lib/postgresql/15/bin/pg_dump

# --- The platform of that commit, with eight products per shop.
cd "$scratch"
[ -d platform ] || git clone -q "$(git -C "$here" rev-parse --show-toplevel)" platform
cd platform
git checkout -qf "$commit"
for file in seeds/*/products.json; do
  jq '[.[:4][], (.[] | select(.slug | IN("blend-podil", "vacuum-siphon", "podorozh-leonardo",
    "gift-card-holder", "canvas-tote-bag")))] | unique_by(.id)' "$file" > small && mv small "$file"
done
[ -n "${NO_BUILD:-}" ] || cargo build --quiet --release --workspace --bins --locked
binaries=${CARGO_TARGET_DIR:-target}/release
data=.dev-dump
rm -rf facts.json "$data"
echo '{}' > facts.json
"$binaries/xtask" up --profile release --no-build --data-dir "$data" > up.log 2>&1 &
platform=$!
stop() {
  for name in orders-work customers-work catalog-work catalog; do signal CONT $name || true; done
  kill -INT $platform && wait $platform || true
}
signal() { kill "-$1" "$(jq .pid "$data/processes/$2.json")"; }
trap stop EXIT
until grep -q 'The platform runs' up.log; do kill -0 $platform; sleep 1; done

secret() { jq -r ".$1" "$data/secrets.json"; }
layout() { jq -r ".layout.$1" "$data/layout.json"; }
gateway=$(layout endpoints.gateway.reach)
database() { echo "postgres://postgres:$(secret postgres)@$(layout postgres)/$1"; }
sql() { psql -qAtX "$(database "$1")" -c "$2"; }
# ask SHOP TOKEN QUERY [VARIABLES]: the data of the answer.
ask() {
  local authorization=()
  [ -z "$2" ] || authorization=(-H "Authorization: Bearer $2")
  jq -n --arg query "$3" --argjson variables "${4:-null}" '$ARGS.named' |
    curl -sS "http://$gateway/graphql" -H "X-Tenant: $1" "${authorization[@]}" -H 'Content-Type: application/json' -d @- |
    jq -ce 'if .errors then error(tostring) else .data end'
}
# note PATH VALUE: keeps a fact.
note() { jq --argjson value "$2" "$1 = \$value" facts.json > facts.new && mv facts.new facts.json; }
fact() { jq -r "$1" facts.json; }
# eventually SUBGRAPH SQL: waits until the statement answers true.
eventually() { for _ in $(seq 300); do [ "$(sql "$1" "$2")" != t ] || return 0; sleep 0.2; done; echo "in vain: $2"; return 1; }

# --- People. Of owner and olena the first refresh token stays unused.
sign_in='mutation($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken expiresAt userErrors { code } } }'
me='{ viewer { customer { id email } staff { id email role } } }'
for who in owner manager olena petro maria; do
  email=$who@kava.example; [ $who != maria ] || email=maria@example.com
  tokens=$(ask kava '' "$sign_in" '{"input": {"email": "'$email'", "password": "Demo-2026-pass"}}' | jq .signIn)
  note ".sessions.$who" "$tokens"
  note ".sessions.$who.viewer" "$(ask kava "$(fact .sessions.$who.accessToken)" "$me" | jq .viewer)"
done
owner=$(fact .sessions.owner.accessToken) olena=$(fact .sessions.olena.accessToken) maria=$(fact .sessions.maria.accessToken)
petro=$(fact .sessions.petro.accessToken) manager=$(fact .sessions.manager.accessToken)
refresh='mutation($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken refreshToken expiresAt userErrors { code } } }'
note .sessions.petro.next "$(ask kava '' "$refresh" "$(jq '{input: .sessions.petro | {refreshToken}}' facts.json)" | jq .refreshSession)"
note .sessions.manager.signOut "$(ask kava "$manager" 'mutation { signOut { endedSessions } }' | jq .signOut)"
ticket='mutation { createStreamTicket { ticket expiresAt userErrors { code } } }'
note .streamTickets.unused "$(ask kava "$olena" "$ticket" | jq .createStreamTicket)"
note .streamTickets.opened "$(ask kava "$olena" "$ticket" | jq .createStreamTicket)"
curl -sN -m 3 -G "http://kava.localhost:${gateway##*:}/graphql" -H 'Accept: text/event-stream' \
  --data-urlencode 'query=subscription { orderEvents { id } }' --data-urlencode "ticket=$(fact .streamTickets.opened.ticket)" > stream.log || true
note .streamTickets.opened.stream "$(sql customers 'SELECT to_json(stream) FROM stream_tickets WHERE used_at IS NOT NULL')"

# --- Commands with idempotency keys. `.commands` keeps who asked what, and the answers.
order_fields='id number status paymentStatus fulfilmentStatus placedAt email customer { id }
  lines { id quantity sku name unitPrice { amount currencyCode } total { amount currencyCode } variant { id } }
  shippingAddress { name phone line1 line2 city region postalCode countryCode }
  subtotal { amount currencyCode } total { amount currencyCode }'
place_order="mutation(\$input: PlaceOrderInput!) { placeOrder(input: \$input) { order { $order_fields } userErrors { code field variantId available } } }"
cancel_order='mutation($input: CancelOrderInput!) { cancelOrder(input: $input) { order { id status paymentStatus } userErrors { code field } } }'
adjust_stock='mutation($input: AdjustStockInput!) { adjustStock(input: $input) { variant { id available } userErrors { code field } } }'
note .queries "$(jq -n --arg placeOrder "$place_order" --arg cancelOrder "$cancel_order" --arg adjustStock "$adjust_stock" '$ARGS.named')"
token_of() { [ "$1" = guest ] || fact ".sessions.$1.accessToken"; }
# ask_again NAME: what the command is answered.
ask_again() {
  local mutation; mutation=$(fact ".commands.$1.mutation")
  ask "$(fact ".commands.$1.shop")" "$(token_of "$(fact ".commands.$1.as")")" "$(fact ".queries.$mutation")" \
    "$(jq -c ".commands.$1 | {input}" facts.json)" | jq ".$mutation"
}
# run NAME SHOP WHO MUTATION INPUT
run() {
  note ".commands.$1" "$(jq -n --arg shop "$2" --arg as "$3" --arg mutation "$4" --argjson input "$5" '$ARGS.named')"
  note ".commands.$1.answer" "$(ask_again "$1")"
}
# repeat NAME...: asks the same again, and keeps that answer too.
repeat() { local name; for name in "$@"; do note ".commands.$name.repeat" "$(ask_again "$name")"; done; }
variants() { ask "$1" '' '{ products(first: 100) { nodes { slug variants { id sku available } } } }' | jq -c '[.products.nodes[] | .slug as $slug | .variants[] | {slug: $slug, id, sku, available}]'; }
coffee=$(variants kava | jq -r 'map(select(.slug == "blend-podil"))[0].id')
bag=$(variants kava | jq -r 'map(select(.slug == "canvas-tote-bag"))[0].id')
sold_out=$(variants kava | jq -r 'map(select(.available == 0))[0].id')
book=$(variants knyhy | jq -r 'map(select(.slug == "canvas-tote-bag"))[0].id')
# input KEY EMAIL VARIANT QUANTITY [TOKEN]: of a card order when there is a token.
input() {
  jq -nc --arg key "$1" --arg email "$2" --arg variant "$3" --argjson quantity "$4" --arg token "${5:-}" '{
    idempotencyKey: $key, email: $email, lines: [{variantId: $variant, quantity: $quantity}],
    shippingAddress: {name: "Ганна Гість", phone: "+380 44 123 45 67", line1: "Хрещатик 1", city: "Київ", postalCode: "01001", countryCode: "UA"},
    paymentMethod: "CASH_ON_DELIVERY"} + if $token == "" then {} else {paymentMethod: "CARD", paymentToken: $token} end'
}
cancellation() { jq -nc --arg key "$1" --arg order "$(fact ".commands.$2.answer.order.id")" '{idempotencyKey: $key, orderId: $order, reason: "changed my mind"}'; }
adjustment() { jq -nc --arg key "$1" --argjson delta "$2" --arg variant "$coffee" '{idempotencyKey: $key, variantId: $variant, delta: $delta, reason: "stocktaking"}'; }

two_lines=$(input same-in-both-shops guest@mail.example "$coffee" 2 | jq -c --arg bag "$bag" '.lines += [{variantId: $bag, quantity: 1}]')
run guestOrder kava guest placeOrder "$two_lines"
run knyhyOrder knyhy guest placeOrder "$(input same-in-both-shops guest@mail.example "$book" 1)"
run customerOrder kava olena placeOrder "$(input olena-1 olena@kava.example "$coffee" 1 tok_ok)"
run customerCancelled kava olena placeOrder "$(input olena-2 olena@kava.example "$coffee" 3)"
run customerCancels kava olena cancelOrder "$(cancellation olena-cancels customerCancelled)"
run staffCancelled kava maria placeOrder "$(input maria-1 maria@example.com "$bag" 1 tok_ok)"
run staffCancels kava owner cancelOrder "$(cancellation owner-cancels staffCancelled)"
run outOfStock kava guest placeOrder "$(input no-stock guest@mail.example "$sold_out" 1)"
run declined kava guest placeOrder "$(input declined guest@mail.example "$coffee" 1 tok_declined)"
run adjusted kava owner adjustStock "$(adjustment counted 5)"
run wouldGoNegative kava owner adjustStock "$(adjustment counted-wrong -100000)"
run confirmedLater kava petro placeOrder "$(input petro-1 petro@kava.example "$coffee" 1 tok_timeout)"
run failedLater kava guest placeOrder "$(input no-money guest@mail.example "$coffee" 1 tok_timeout_declined)"
run toBeUndone kava olena placeOrder "$(input olena-3 olena@kava.example "$coffee" 2 tok_ok)"
eventually orders 'SELECT count(*) = 0 FROM placements'

# --- Two parked messages. A guest's order while customers may not write its history: retried to the last attempt (its
# waits are cut short by hand), and good again at a replay. And a message that no replay can help.
sql customers 'REVOKE INSERT ON customer_orders FROM customers_app'
run parkedAtCustomers kava guest placeOrder "$(input parked parked@mail.example "$coffee" 1)"
until [ "$(sql customers "SELECT count(*) FROM inbox WHERE state = 'parked'")" = 1 ]; do
  sql customers "UPDATE inbox SET next_at = now() WHERE state = 'waiting' AND last_error IS NOT NULL"; sleep 0.7
done
sql customers 'GRANT INSERT ON customer_orders TO customers_app'
tenant=$(ask kava '' '{ shop { id } }' | jq -r .shop.id)
event=event_01m8dk0000e00r40m30e209185
jq -n --arg id "$event" --arg tenant "$tenant" '{
  properties: {delivery_mode: 2, message_id: $id, content_type: "application/json"}, routing_key: "customer.order_recorded.v1", payload_encoding: "string",
  payload: {specversion: "1.0", id: $id, source: "/customers", type: "customer.order_recorded.v1", subject: "nothing", time: (now | todate),
    datacontenttype: "application/json", tenantid: $tenant, stream: "customers", sequence: "1000", data: {order: "has no id"}} | tojson}' |
  curl -sS -u "shop:$(secret rabbitmq)" -H 'Content-Type: application/json' -d @- \
    "http://$(grep -oE 'RabbitMQ +http://\S+' up.log | grep -oE '[0-9.]+:[0-9]+')/api/exchanges/%2f/customers/publish" | jq -ce 'select(.routed)'
eventually orders "SELECT count(*) = 1 FROM inbox WHERE state = 'parked'"
for subgraph in customers orders; do
  note ".parked.$subgraph" "$(sql $subgraph "SELECT json_build_object('consumer', consumer, 'eventId', event_id, 'eventType', event_type,
    'attempts', attempts, 'reason', last_error, 'envelope', envelope) FROM inbox WHERE state = 'parked'")"
done

# --- Everything is settled; then the workers stop, and what is placed from now on waits.
for subgraph in customers orders catalog; do
  eventually $subgraph 'SELECT bool_and(coalesce(r.seq, 0) = s.last_seq) FROM event_streams s LEFT JOIN relay_positions r USING (tenant_id, stream)'
  eventually $subgraph "SELECT count(*) = 0 FROM inbox WHERE state = 'waiting'"
done
eventually orders 'SELECT count(*) = 0 FROM placements'
for name in orders-work customers-work catalog-work; do signal STOP $name; done
run pending kava guest placeOrder "$(input pending pending@mail.example "$coffee" 1 tok_timeout)"
run pendingDeclined kava olena placeOrder "$(input pending-2 olena@kava.example "$bag" 1 tok_timeout_declined)"
sql catalog 'REVOKE UPDATE ON stock_holds FROM catalog_app'
run leftCommitting kava guest placeOrder "$(input committing guest@mail.example "$coffee" 1 tok_ok)"
sleep 1
sql catalog 'GRANT UPDATE ON stock_holds TO catalog_app'
payments=$(sql orders 'SELECT count(*) FROM scripted_payments')
# orders dies while it waits for the provider: nobody gets an answer.
run leftStarted kava guest placeOrder "$(input started guest@mail.example "$coffee" 1 tok_timeout)" 2> /dev/null &
attempt=$!
eventually orders "SELECT count(*) > $payments FROM scripted_payments"
signal KILL orders
wait $attempt || true
until ask kava "$owner" '{ orders(first: 1) { totalCount } }' > /dev/null 2>&1; do sleep 0.5; done

# --- What clients hold. Each cursor with the ids behind it.
note .stock.kava "$(variants kava)"
note .stock.knyhy "$(variants knyhy)"
note .shops.kava "$(ask kava '' '{ shop { id slug defaultCurrency defaultLocale locales } }' | jq .shop)"
note .shops.knyhy "$(ask knyhy '' '{ shop { id slug defaultCurrency defaultLocale locales } }' | jq .shop)"
# cursor NAME WHO ARGUMENTS FIELD SELECTION [ROWS]: takes three rows, keeps the cursor and what comes after it.
cursor() {
  local token query="query(\$first: Int, \$after: String) { $4(first: \$first, after: \$after$3) { nodes { $5 } pageInfo { endCursor hasNextPage } } }" end
  token=$(token_of "$2")
  end=$(ask kava "$token" "$query" "{\"first\": ${6:-3}}" | jq ".$4.pageInfo.endCursor")
  note ".cursors.$1" "$(jq -n --arg as "$2" --arg query "$query" --argjson cursor "$end" '$ARGS.named')"
  note ".cursors.$1.after" "$(ask kava "$token" "$query" "{\"first\": 100, \"after\": $end}" | jq ".$4.nodes")"
}
cursor products guest '' products 'id slug'
for sort in NAME NEWEST PRICE_ASC PRICE_DESC; do cursor products$sort guest ", sort: $sort" products 'id slug'; done
cursor staffMembers owner '' staffMembers 'id email role' 1
cursor stockEvents owner '' stockEvents 'id type delta available variant { id }'

repeat adjusted wouldGoNegative

# --- The last command finds no catalog: its saga is left UNDOING.
signal STOP catalog
run leftUndoing kava owner cancelOrder "$(cancellation owner-cancels-2 toBeUndone)"
cursor orders owner '' orders 'id number status paymentStatus'
cursor ordersOfCustomer olena '' orders 'id number status paymentStatus'
cursor orderEvents owner '' orderEvents 'id type order { id }'
cursor orderEventsOfCustomer olena '' orderEvents 'id type order { id }'
note .eventCursorOfOrders "$(ask kava "$owner" '{ orders(first: 1) { eventCursor } }' | jq .orders.eventCursor)"
repeat guestOrder knyhyOrder customerOrder customerCancelled customerCancels staffCancelled staffCancels outOfStock declined \
  confirmedLater failedLater toBeUndone parkedAtCustomers pending pendingDeclined leftCommitting leftUndoing

# --- Dumps, in a form that any SQL connection executes.
note .commit "\"$commit\""
note .frozenAt "$(sql orders "SELECT to_json(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))")"
note .cursorKeys "\"$(secret cursor)\""
for subgraph in customers orders catalog; do
  # psql's own commands go (\restrict), comments too; the connection gets its search_path back.
  { "$pg_dump" --inserts --rows-per-insert=200 "$(database $subgraph)" | grep -vE '^(\\|--|$)'; echo 'RESET ALL;'; } > "$here/$subgraph.sql"
done
# What no test reads goes: first answers (a repeat is answered with the order as it is now), and access tokens, which end
# after 15 minutes.
jq --indent 1 'del(.commands[].answer, .sessions[].accessToken, .sessions.petro.next.accessToken)' facts.json > "$here/facts.json"
