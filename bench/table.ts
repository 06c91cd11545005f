import type { Row } from './rows.js';

const HEADINGS = ['WORKLOAD', 'METRIC', 'UNIT', 'OURS', 'PEER', 'RATIO', 'PEER IS'];

/** The figures for people, in columns. */
export function formatTable(rows: readonly Row[]): string {
  const lines = [
    HEADINGS,
    ...rows.map(({ workload, metric, unit, ours, peer, ratio, peerName }) => [
      workload,
      metric,
      unit,
      String(ours),
      String(peer ?? ''),
      String(ratio ?? ''),
      peerName ?? '',
    ]),
  ];
  const widths = HEADINGS.map((_heading, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines.map((cells) => alignCells(cells, widths).trimEnd()).join('\n');
}

/** Numbers to the right, words to the left. */
function alignCells(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return column >= 3 && column <= 5 ? cell.padStart(width) : cell.padEnd(width);
    })
    .join('  ');
}
