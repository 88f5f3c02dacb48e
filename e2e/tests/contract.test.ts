// The public schema of the gateway contains everything that clients rely on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";

import {
  buildASTSchema, buildClientSchema, getIntrospectionQuery, isEnumType, isInputObjectType, isIntrospectionType,
  isNonNullType, isObjectType, isRequiredArgument, isRequiredInputField, isSpecifiedScalarType, parse,
  type GraphQLArgument, type GraphQLNamedType, type GraphQLSchema, type GraphQLType, type IntrospectionQuery,
} from "graphql";

import { guest } from "../src/client.ts";

const contract = buildASTSchema(parse(readFileSync(new URL("../contract/core.graphql", import.meta.url), "utf8")));

/** Fields that another subgraph adds to an entity: they may be null when that subgraph is unavailable. */
const CROSSES_SUBGRAPHS = new Set(["Customer.orders"]);

const own = (schema: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

let actual: GraphQLSchema;

before(async () => {
  actual = buildClientSchema(await guest("kava").query<IntrospectionQuery>(getIntrospectionQuery()));
});

describe("the public schema", () => {
  for (const promised of own(contract)) {
    test(`has ${promised.name} as promised`, () => {
      const real = actual.getType(promised.name);
      assert.ok(real, `${promised.name} exists`);
      assert.equal(real.constructor.name, promised.constructor.name, `the kind of ${promised.name}`);
      const problems = [...missingFrom(promised, real)];
      assert.deepEqual(problems, []);
    });
  }

  test("describes every type, field, argument and value", () => {
    const silent: string[] = [];
    const expectText = (path: string, { description }: { description?: string | null | undefined }): void => {
      if (!description?.trim()) silent.push(path);
    };
    for (const type of own(actual)) {
      if (![actual.getQueryType(), actual.getMutationType(), actual.getSubscriptionType()].includes(type as never)) {
        expectText(type.name, type);
      }
      if (isEnumType(type)) for (const value of type.getValues()) expectText(`${type.name}.${value.name}`, value);
      if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) expectText(`${type.name}.${field.name}`, field);
      if (isObjectType(type)) {
        for (const field of Object.values(type.getFields())) {
          expectText(`${type.name}.${field.name}`, field);
          for (const argument of field.args) expectText(`${type.name}.${field.name}(${argument.name})`, argument);
        }
      }
    }
    assert.deepEqual(silent, []);
  });

  test("hides the types and fields of federation", () => {
    const inner = own(actual).map(({ name }) => name).filter((name) => name.startsWith("_") || name.includes("__"));
    assert.deepEqual(inner, []);
    const fields = Object.keys(actual.getQueryType()!.getFields());
    assert.ok(!fields.includes("_service") && !fields.includes("_entities"));
  });

  test("has a connection query for each subscription", () => {
    const queries = actual.getQueryType()!.getFields();
    for (const field of Object.values(actual.getSubscriptionType()!.getFields())) {
      const query = queries[field.name];
      assert.ok(query, `Query.${field.name}`);
      for (const { name, type } of field.args) {
        assert.equal(String(query.args.find((argument) => argument.name === name)?.type), String(type));
      }
    }
  });
});

function* missingFrom(promised: GraphQLNamedType, real: GraphQLNamedType): Generator<string> {
  if (isEnumType(promised) && isEnumType(real)) {
    for (const { name } of promised.getValues()) if (!real.getValue(name)) yield `${promised.name}.${name} is missing`;
  }
  if (isInputObjectType(promised) && isInputObjectType(real)) {
    const fields = real.getFields();
    for (const field of Object.values(promised.getFields())) {
      const found = fields[field.name];
      if (!found) yield `${promised.name}.${field.name} is missing`;
      else if (String(found.type) !== String(field.type)) yield `${promised.name}.${field.name}: ${found.type}, not ${field.type}`;
    }
    for (const field of Object.values(fields)) {
      if (isRequiredInputField(field) && !promised.getFields()[field.name]) yield `${promised.name}.${field.name} is required and new`;
    }
  }
  if (isObjectType(promised) && isObjectType(real)) {
    const fields = real.getFields();
    for (const field of Object.values(promised.getFields())) {
      const path = `${promised.name}.${field.name}`;
      const found = fields[field.name];
      if (!found) {
        yield `${path} is missing`;
        continue;
      }
      if (!sameType(path, found.type, field.type)) yield `${path}: ${found.type}, not ${field.type}`;
      yield* argumentsMissing(path, field.args, found.args);
    }
  }
}

function* argumentsMissing(
  path: string,
  promised: readonly GraphQLArgument[],
  real: readonly GraphQLArgument[],
): Generator<string> {
  for (const argument of promised) {
    const found = real.find(({ name }) => name === argument.name);
    if (!found) yield `${path}(${argument.name}) is missing`;
    else if (String(found.type) !== String(argument.type)) yield `${path}(${argument.name}): ${found.type}, not ${argument.type}`;
  }
  for (const argument of real) {
    if (isRequiredArgument(argument) && !promised.some(({ name }) => name === argument.name)) {
      yield `${path}(${argument.name}) is required and new`;
    }
  }
}

function sameType(path: string, real: GraphQLType, promised: GraphQLType): boolean {
  if (String(real) === String(promised)) return true;
  return CROSSES_SUBGRAPHS.has(path) && isNonNullType(promised) && String(real) === String(promised.ofType);
}
