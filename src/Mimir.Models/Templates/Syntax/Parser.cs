using Mimir.Models.Templates.Evaluation;

namespace Mimir.Models.Templates.Syntax;

/// <summary>From tokens to statements and expressions: Jinja's grammar, as far as one template without others goes.</summary>
internal sealed partial class Parser
{
    private const int MaxDepth = 100, MaxTokens = 500_000;
    private readonly List<Token> _tokens;
    private int _at, _depth, _loops;
    private bool _readsVarargs, _readsKwargs;

    private Parser(List<Token> tokens) => _tokens = tokens;

    private Token Now => _tokens[_at];

    /// <summary>The statements of a template.</summary>
    /// <exception cref="ChatTemplateException">Not a template, or one with a part that Mimir does not have; names it.</exception>
    public static Block Parse(string source)
    {
        var tokens = Lexer.Tokenize(source);
        if (tokens.Count > MaxTokens) throw new ChatTemplateException($"has more than {MaxTokens} parts");
        var parser = new Parser(tokens);
        var block = parser.Body();
        return parser.Now.Kind == TokenKind.End ? block : throw parser.Unexpected("here");
    }

    // Statements up to a tag that begins with one of the words, which is left there; without words, up to the end.
    private Block Body(params ReadOnlySpan<string> ends)
    {
        var (line, statements) = (Now.Line, new List<Statement>());
        Deeper();
        while (Now.Kind != TokenKind.End)
        {
            if (Now.Kind == TokenKind.BlockBegin && _tokens[_at + 1].Kind == TokenKind.Name && ends.Contains(_tokens[_at + 1].Text)) break;
            statements.Add(One());
        }
        _depth--;
        return new Block(line, statements);
    }

    private Statement One()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Data:
                return new Data(token.Line, token.Text);
            case TokenKind.PrintBegin:
                var value = ExpressionOrTuple();
                Take(TokenKind.PrintEnd, "'}}'");
                return new Print(token.Line, value);
            default:
                return Tag();
        }
    }

    private Statement Tag()
    {
        var word = Take(TokenKind.Name, "a word");
        return word.Text switch
        {
            "if" => If(word.Line),
            "for" => For(word.Line),
            "set" => Set(word.Line),
            "macro" => Macro(word.Line),
            "call" => CallBlock(word.Line),
            "filter" => FilterBlock(word.Line),
            "with" => With(word.Line),
            "generation" => Generation(),
            "break" or "continue" => Jump(word),
            _ => throw Error($"'{Printable.OneLine(word.Text, 40)}' is not a statement that Mimir knows here", word.Line),
        };
    }

    private Token Take() => _at < _tokens.Count - 1 ? _tokens[_at++] : _tokens[_at];

    private Token Take(TokenKind kind, string expected) => Now.Kind == kind ? Take() : throw Unexpected($"where {expected} was expected");

    private void TakeOperator(string text)
    {
        if (!Skip(text)) throw Unexpected($"where '{text}' was expected");
    }

    private bool Skip(string text)
    {
        if (!Now.IsOperator(text)) return false;
        Take();
        return true;
    }

    private bool SkipName(string text)
    {
        if (!Now.IsName(text)) return false;
        Take();
        return true;
    }

    private void EndTag() => Take(TokenKind.BlockEnd, "'%}'");

    private string End(params ReadOnlySpan<string> words)
    {
        if (Now.Kind != TokenKind.BlockBegin) throw Unexpected($"where '{words[^1]}' was expected");
        Take();
        return Take().Text;
    }

    private void Deeper()
    {
        if (++_depth > MaxDepth || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Error("is nested too deeply", Now.Line);
    }

    private ChatTemplateException Unexpected(string where) => Error($"unexpected {Now.Shown} {where}", Now.Line);

    private static ChatTemplateException Error(string problem, int line) => new(problem, line);
}
