/** Finds the error codes that sources raise. */
import ts from "typescript";

/** `QUEUE_FULL`: with an underscore it is a code wherever it stands. `DEADLINE`: only where a code is expected. */
const SPELLED_AS_CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const ONE_WORD = /^[A-Z]{4,}$/;

/** Names of environment variables are spelled like codes, and are none. */
const NO_CODE = /^(?:PLIMSOLL|AWS)_|^(?:NO_COLOR|FORCE_COLOR|NODE_COMPILE_CACHE|NODE_OPTIONS)$/;

/** Functions and classes that take a code among their arguments. */
const TAKES_CODE = /error|fail|reject|reason|problem|refuse|unschedulable/i;

/**
 * @param path  only for messages of the parser
 * @returns the codes, each once
 */
export function errorCodes(path: string, source: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && isCode(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.ES2023, true));
  return found;
}

function isCode(literal: ts.StringLiteralLike): boolean {
  if (SPELLED_AS_CODE.test(literal.text)) return !NO_CODE.test(literal.text) && !isLookedUp(literal);
  return ONE_WORD.test(literal.text) && standsForCode(literal);
}

/** Compared with, or a key of a table from code to number: somebody else raises it, or nobody. */
function isLookedUp({ parent }: ts.StringLiteralLike): boolean {
  if (ts.isArrayLiteralExpression(parent)) return parent.elements.some(ts.isNumericLiteral);
  return ts.isCaseClause(parent) || (ts.isBinaryExpression(parent) && parent.operatorToken.getText().endsWith("=="));
}

function standsForCode(literal: ts.StringLiteralLike): boolean {
  const { parent } = literal;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return TAKES_CODE.test(parent.expression.getText());
  if (ts.isPropertyAssignment(parent) || ts.isParameter(parent)) return parent.name.getText() === "code";
  if (ts.isLiteralTypeNode(parent)) return /^type \w*Code\b|\bcode\??:/.test(declarationOf(parent));
  return false;
}

/** The text of the type alias or property around a literal type, without what exports it. */
function declarationOf(node: ts.Node): string {
  let at = node;
  while (!ts.isTypeAliasDeclaration(at) && !ts.isPropertySignature(at) && !ts.isSourceFile(at)) at = at.parent;
  if (ts.isSourceFile(at)) return "";
  return at.getText().replace(/^(?:export |declare |readonly )+/, "");
}
