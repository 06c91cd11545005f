/**
 * Faults inside of a real process of Drover, without a hook in its code: loaded before it by `NODE_OPTIONS=--import`, it wraps
 * functions of Node and acts at calls that the plan names. Plain JavaScript, since it runs beside `dist/`. See `faults.ts`.
 *
 * The directory `DROVER_TEST_FAULTS` holds `plan.json`, which may change at any time, and what came of it: `arrived-ID`,
 * `fired-ID`, `released-ID`, `calls.jsonl`.
 */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { asyncLocalStorage } from '@temporalio/activity';

const dir = process.env.DROVER_TEST_FAULTS;
const RealDate = Date;
/** What this file itself uses, unwrapped. */
const {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} = fs;

const PROMISES = 'access mkdir mkdtemp open readdir readFile readlink rename rm stat statfs symlink writeFile'.split(
  ' ',
);
const SYNC = 'existsSync linkSync lstatSync mkdirSync readdirSync readlinkSync'.split(' ');

let planText = '';
let plan = {};
/** How often a rule's call was seen in this life of the process. */
const seen = new Map();
/** Calls that wait for the rest of their group. */
const parked = [];

if (isMainThread && dir !== undefined) {
  for (const name of PROMISES) fs.promises[name] = wrapAsync(name, fs.promises[name]);
  for (const name of SYNC) fs[name] = wrapSync(name, fs[name]);
  childProcess.spawn = wrapSync('spawn', childProcess.spawn);
  const { execFile } = childProcess;
  childProcess.execFile = (...args) => execFile(...args);
  childProcess.execFile[promisify.custom] = wrapAsync('execFile', promisify(execFile));
  globalThis.Date = shiftedDate();
  syncBuiltinESMExports();
}

function wrapAsync(name, original) {
  return async function (...args) {
    const call = describe(name, args);
    if (call === undefined) return original.apply(this, args);
    await act(call, 'before', true);
    try {
      if (isFlip(call) && currentPlan().flipByCopying === true) await copyInPlace(...call.args);
      const result = await original.apply(this, args);
      return name === 'open' ? wrapHandle(result, call) : result;
    } finally {
      await act(call, 'after', true);
    }
  };
}

function wrapSync(name, original) {
  return function (...args) {
    const call = describe(name, args);
    if (call === undefined) return original.apply(this, args);
    void act(call, 'before', false);
    try {
      return original.apply(this, args);
    } finally {
      void act(call, 'after', false);
    }
  };
}

function isFlip({ name, args }) {
  return name === 'rename' && args[1].endsWith('/..data');
}

/** What is done with an open file is logged and met under the path that it was opened by. */
function wrapHandle(handle, { args }) {
  for (const name of ['write', 'sync']) {
    const original = handle[name].bind(handle);
    handle[name] = async (...given) => {
      const call = describe(`handle.${name}`, args);
      if (call === undefined) return original(...given);
      await act(call, 'before', true);
      try {
        return await original(...given);
      } finally {
        await act(call, 'after', true);
      }
    };
  }
  return handle;
}

/** Only calls of a step of a sync count; which step and volume they are for, Temporal's own context says. */
function describe(name, args) {
  const info = asyncLocalStorage.getStore()?.info;
  const workflowId = info?.workflowExecution?.workflowId;
  if (workflowId === undefined) return undefined;
  const texts = args.flatMap((arg) => {
    if (typeof arg === 'string') return [arg];
    if (Array.isArray(arg)) return arg.map(String);
    return arg?.flush === true ? ['flush'] : [];
  });
  const [, namespace, volume] = workflowId.split('/');
  return { volume: `${namespace}.${volume}`, step: info.activityType, name, args: texts };
}

function currentPlan() {
  const text = existsSync(join(dir, 'plan.json')) ? readFileSync(join(dir, 'plan.json'), 'utf8') : '{}';
  if (text !== planText) {
    planText = text;
    plan = JSON.parse(text);
    seen.clear();
  }
  return plan;
}

/** A promise when the caller may wait, and something has to be waited for. */
function act(call, when, mayWait) {
  const { rules = [], record = false } = currentPlan();
  if (record) appendFileSync(join(dir, 'calls.jsonl'), `${JSON.stringify({ ...call, when })}\n`);
  for (const rule of rules) {
    if (!matches(rule, call, when)) continue;
    const count = (seen.get(rule.id) ?? 0) + 1;
    seen.set(rule.id, count);
    if (rule.action === 'fail') {
      if (count > rule.times) continue;
      note('fired', `${rule.id}-${count}`);
      throw Object.assign(new Error(`${rule.code}: made to fail, ${call.name}`), { code: rule.code });
    }
    if (count !== rule.nth || existsSync(join(dir, `arrived-${rule.id}`))) continue;
    note('arrived', rule.id);
    return rule.action === 'hold' ? hold(rule) : gather(rule, rules, mayWait);
  }
  return undefined;
}

function matches(rule, call, when) {
  return (
    rule.volume === call.volume &&
    rule.step === call.step &&
    rule.name === call.name &&
    rule.when === when &&
    new RegExp(rule.args).test(call.args.join(' '))
  );
}

/** All rules that kill or stop are one group: what arrives waits there, and the last one acts for all. */
function gather(rule, rules, mayWait) {
  const group = rules.filter(({ action }) => action === rule.action);
  if (group.every(({ id }) => existsSync(join(dir, `arrived-${id}`)))) {
    for (const { id } of group) note('fired', id);
    process.kill(process.pid, rule.action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
    // Only a stopped process comes here, once it is continued.
    for (const release of parked.splice(0)) release();
    return undefined;
  }
  if (!mayWait) {
    note('failed', rule.id);
    throw new Error(`${rule.id}: a synchronous call must be the last of its group`);
  }
  return new Promise((resolve) => parked.push(resolve));
}

async function hold({ id }) {
  while (!existsSync(join(dir, `release-${id}`))) await new Promise((resolve) => setTimeout(resolve, 20));
}

function note(what, id) {
  writeFileSync(join(dir, `${what}-${id}`), String(RealDate.now()));
}

/** The mistake that the flip avoids: the published files are replaced one by one, in place. */
async function copyInPlace(staged, current) {
  const next = join(current, '..', readlinkSync(staged));
  const published = realpathSync(current);
  for (const path of readdirSync(next, { recursive: true })) {
    if (!statSync(join(next, path)).isFile()) continue;
    rmSync(join(published, path), { force: true });
    await new Promise((resolve) => setTimeout(resolve, 2));
    cpSync(join(next, path), join(published, path));
  }
}

/** The clock of a process that is wrong by `clockShiftMs`. */
function shiftedDate() {
  return class extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(RealDate.now() + (currentPlan().clockShiftMs ?? 0));
      else super(...args);
    }
    static [Symbol.hasInstance](value) {
      return value instanceof RealDate;
    }
    static now() {
      return RealDate.now() + (currentPlan().clockShiftMs ?? 0);
    }
  };
}
