// Which colours meet: every pair of tokens that is used, found by reading style/*.css, with the least contrast it needs
// and why. 4.5 is WCAG 1.4.3 (text, all of it: none of ours counts as large), 3 is WCAG 1.4.11 (what has to be seen to
// understand a picture or find a control). 0 promises nothing, and the reason says who tells the reader instead.
//
// `[front, behind, least, why, themes]`. `behind` is one token or several, the lowest first: a translucent one is blended with
// what lies below it. `front` is a token, or `token@0.5` with an opacity, or `a+b@0.5`: half of a mixed into b.
// Where there are no `themes` it holds in light, in dark and on paper.

const each = (fronts, backs, least, why) => fronts.flatMap((front) => backs.map((behind) => [front, behind, least, why]));

const TEXT = 4.5;
const PICTURE = 3;
const NOTHING = 0;

const PAGE = ['paper', 'raised'];
/// What stands on no paper: print.css takes it away.
const SCREENS = ['light', 'dark'];
const SIGNALS = ['pass', 'wait', 'stop'];

export const PAIRS = [
  ...each(['ink', 'ink-2', 'link'], PAGE, TEXT, 'prose, small print and links, on pages and on plates, cards and buttons'),
  ['paper', 'ink', TEXT, 'a pressed button, an open tool, the bar that tells of trouble'],
  ['ink', 'mark', TEXT, 'what a search found; the decisive line of a message'],
  ['ink', 'rule', TEXT, 'the chosen line of the search list'],
  ['ink-2', 'rule', TEXT, 'an alias in the chosen line of the search list'],
  ['pass', 'paper', TEXT, 'rows that say “runs”; how far a path has been read'],
  ['wait', 'paper', TEXT, 'the heading of “Watch out”'],
  ['stop', 'paper', TEXT, 'a field that is wrong, in the panel of an embed'],
  ...each(SIGNALS, ['raised'], TEXT, 'numbers, labels and verdicts of a lab'),
  ['paper', 'pass', TEXT, 'the number of a step that was read'],
  ...each(['raised'], ['pass', 'stop'], TEXT, 'the code in the box of the answer that was taken; words in the band in which a cache’s answer is fresh'),
  ['raised', 'wait', TEXT, 'words in the band of the cache’s life in which it may serve stale'],
  ['ink', 'state-area', TEXT, 'the name of a server over its load; the code of an answer without a verdict'],
  ['ink', ['raised', 'alarm'], TEXT, 'the offending line of a message; the name of a server that is full'],
  ['stop', ['raised', 'alarm'], TEXT, 'what offends in a line; the name of a server that is dead'],
  ['ink-2', ['raised', 'alarm'], TEXT, 'the word of a limit under an alarm'],
  ['state+ink@0.5', 'raised', TEXT, 'a line of a message that tells of state'],
  ['state+ink@0.5', 'mark', TEXT, 'the same, where it decided'],
  ...each(['code-keyword', 'code-string', 'code-number', 'code-name'], ['raised'], TEXT, 'code; a policy’s name at the end of its curve'),

  ['link', 'paper', PICTURE, 'the outline of what has the focus, on pages'],
  ['link', 'raised', PICTURE, 'the outline of what has the focus, on plates; the reader’s own requests'],
  ['field', 'paper', PICTURE, 'the border of a field: nothing else shows where one types', SCREENS],
  ['field', 'raised', PICTURE, 'the border of a field, against the plate it stands on', SCREENS],
  ['stop', 'raised', PICTURE, 'the border of a field that is wrong, of a full server; the sign of a refusal'],
  ['ink', 'raised', PICTURE, 'requests, playhead, the way that was ridden, sliders and boxes'],
  ['ink-2', 'paper', PICTURE, 'the moon of a level'],
  ['ink-2', 'raised', PICTURE, 'the moon of a level on a chip; the columns of all requests'],
  ['ink-2', 'rule', PICTURE, 'the moon in the chosen line of the search list'],
  ['paper', 'ink', PICTURE, 'the moon on a pressed chip'],
  ...each(SIGNALS, ['raised'], PICTURE, 'admitted, delayed, refused'),
  ['state', 'raised', PICTURE, 'the line of a limit, the bars of policies, branches and arrows of state'],
  ['state', 'paper', PICTURE, 'columns of the curve that one draws'],
  ['link', 'paper', PICTURE, 'the chosen column of the curve that one draws'],
  ...each(['code-name', 'code-number'], ['raised'], PICTURE, 'servers by colour, and the curves of sweeps'),
  ['wait@0.75', 'raised', PICTURE, 'the line from a delayed request to its answer'],
  ['stop', ['raised', 'alarm'], PICTURE, 'the line under what offends'],

  ['state-area', 'raised', NOTHING, 'what a limiter holds, the load of a server: “Why” and the numbers beside say it in figures'],
  ['alarm', 'raised', NOTHING, 'the area of an alarm: its upper edge and its words are in stop'],
  ['mark', 'paper', NOTHING, 'the ground of what was found: the words in it are legible without'],
  ['mark', 'raised', NOTHING, 'the same on plates'],
  ['rule', 'paper', NOTHING, 'lines between parts of a page'],
  ['rule', 'raised', NOTHING, 'lines between parts of a plate; the ground of the chosen line of the search list, which aria and ↑↓ tell too'],
  ['rule-2', 'state-area', NOTHING, 'the frame of a server whose name is in it'],
  ['ink@0.3', 'raised', NOTHING, 'requests of other clients, put back on purpose: the numbers count them all'],
];
