import { describe, expect, it } from 'vitest';
import { isQuery, query, sql } from '../../src/db/sql.ts';

describe('sql', () => {
  it('binds values and never puts them into the text', () => {
    const hostile = "x'; DROP TABLE users; --";
    expect(sql`SELECT ${hostile}, ${1}, ${null}`).toEqual({
      text: 'SELECT ?, ?, ?',
      params: [hostile, 1, null],
    });
  });

  it('inserts a nested statement with its parameters, in the order of the text', () => {
    const inner = sql`account_id = ${'a'} AND id = ${'b'}`;
    const { text, params } = sql`SELECT * FROM t WHERE n > ${1} AND ${inner} AND m = ${2}`;
    expect(text).toBe('SELECT * FROM t WHERE n > ? AND account_id = ? AND id = ? AND m = ?');
    expect(params).toEqual([1, 'a', 'b', 2]);
  });

  it('inserts a fragment twice, each time with its parameters', () => {
    const guard = sql`(SELECT ${'x'})`;
    expect(sql`${guard} IS ${guard}`).toEqual({ text: '(SELECT ?) IS (SELECT ?)', params: ['x', 'x'] });
  });

  it('accepts an empty statement', () => {
    expect(sql``).toEqual({ text: '', params: [] });
  });
});

describe('query', () => {
  it('builds the same statement, marked as a read', () => {
    const one = query`SELECT ${1}`;
    expect([one.text, one.params]).toEqual(['SELECT ?', [1]]);
    expect([isQuery(one), isQuery(sql`SELECT ${1}`)]).toEqual([true, false]);
  });
});

it('writes an integer after LIMIT into the text, and nothing else', () => {
  expect(sql`SELECT ${1} LIMIT ${20}`).toEqual({ text: 'SELECT ? LIMIT 20', params: [1] });
  expect(sql`SELECT 1 LIMIT ${'1; DROP TABLE users'}`).toEqual({
    text: 'SELECT 1 LIMIT ?',
    params: ['1; DROP TABLE users'],
  });
});
