using Mimir.Models.Templates.Evaluation;

namespace Mimir.Models.Templates.Syntax;

/// <summary>Statements. Each method begins behind its word.</summary>
internal sealed partial class Parser
{
    private If If(int line)
    {
        var branches = new List<(Expression, Block)>();
        while (true)
        {
            var test = ExpressionOrTuple();
            EndTag();
            branches.Add((test, Body("elif", "else", "endif")));
            var word = End("elif", "else", "endif");
            if (word == "elif") continue;
            Block? otherwise = null;
            EndTag();
            if (word == "else")
            {
                otherwise = Body("endif");
                End("endif");
                EndTag();
            }
            return new If(line, branches, otherwise);
        }
    }

    private For For(int line)
    {
        var target = Target();
        if (!SkipName("in")) throw Unexpected("where 'in' was expected");
        var items = ExpressionOrTuple(conditional: false);
        var test = SkipName("if") ? Expression() : null;
        var recursive = SkipName("recursive");
        EndTag();
        _loops++;
        var body = Body("else", "endfor");
        _loops--;
        Block? otherwise = null;
        if (End("else", "endfor") == "else")
        {
            EndTag();
            otherwise = Body("endfor");
            End("endfor");
        }
        EndTag();
        return new For(line, target, items, test, recursive, body, otherwise);
    }

    private Jump Jump(Token word)
    {
        if (_loops == 0) throw Error($"'{word.Text}' stands outside of a loop", word.Line);
        EndTag();
        return new Jump(word.Line, word.Text == "break" ? Flow.Break : Flow.Continue);
    }

    private Set Set(int line)
    {
        var target = Target(attributes: true);
        if (Skip("="))
        {
            var value = ExpressionOrTuple();
            EndTag();
            return new Set(line, target, value, null, []);
        }
        var filters = Filters();
        EndTag();
        var body = OutsideLoops("endset");
        return new Set(line, target, null, body, filters);
    }

    private FilterBlock FilterBlock(int line)
    {
        List<Filtering> filters = [OneFilter(null), .. Filters()];
        EndTag();
        return new FilterBlock(line, filters, OutsideLoops("endfilter"));
    }

    private Macro Macro(int line)
    {
        var name = Take(TokenKind.Name, "a name").Text;
        return new Macro(line, name, MacroBody("endmacro"));
    }

    private CallBlock CallBlock(int line)
    {
        var parameters = Now.IsOperator("(") ? Parameters() : [];
        var call = Unary() as Call ?? throw Error("'call' needs a call of a macro", line);
        return new CallBlock(line, call, MacroBody("endcall", parameters));
    }

    private MacroBody MacroBody(string end, List<(string, Expression?)>? parameters = null)
    {
        var outer = (_readsVarargs, _readsKwargs);
        (_readsVarargs, _readsKwargs) = (false, false);
        parameters ??= Parameters();
        EndTag();
        var body = new MacroBody(parameters, OutsideLoops(end), _readsVarargs, _readsKwargs);
        (_readsVarargs, _readsKwargs) = outer;
        return body;
    }

    // A body whose text is a value: a loop around it cannot be left from inside.
    private Block OutsideLoops(string end)
    {
        (var loops, _loops) = (_loops, 0);
        var body = Body(end);
        _loops = loops;
        End(end);
        EndTag();
        return body;
    }

    private List<(string, Expression?)> Parameters()
    {
        var parameters = new List<(string, Expression?)>();
        TakeOperator("(");
        while (!Skip(")"))
        {
            if (parameters.Count > 0) TakeOperator(",");
            var name = Take(TokenKind.Name, "a name").Text;
            parameters.Add((name, Skip("=") ? Expression() : null));
        }
        return parameters;
    }

    private With With(int line)
    {
        var variables = new List<(Expression, Expression)>();
        while (Now.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0) TakeOperator(",");
            var target = Target();
            TakeOperator("=");
            variables.Add((target, Expression()));
        }
        EndTag();
        var body = Body("endwith");
        End("endwith");
        EndTag();
        return new With(line, variables, body);
    }

    // Marks what the assistant said, for training; it writes its body.
    private Block Generation()
    {
        EndTag();
        var body = Body("endgeneration");
        End("endgeneration");
        EndTag();
        return body;
    }

    private Expression Target(bool attributes = false)
    {
        var (line, targets) = (Now.Line, new List<Expression>());
        do
        {
            if (targets.Count > 0 && Now.IsName("in")) break;
            targets.Add(OneTarget(attributes));
        }
        while (Skip(","));
        return targets.Count == 1 && !_tokens[_at - 1].IsOperator(",") ? targets[0] : new ListLiteral(line, targets, tuple: true);
    }

    private Expression OneTarget(bool attributes)
    {
        if (Skip("("))
        {
            Deeper();
            var inner = Target(attributes);
            _depth--;
            TakeOperator(")");
            return inner;
        }
        var name = Take(TokenKind.Name, "a name");
        if (attributes && Skip(".")) return new Field(name.Line, new Variable(name.Line, name.Text), Take(TokenKind.Name, "a name").Text);
        return name.Text is "true" or "false" or "none" or "True" or "False" or "None" ? throw Error($"'{name.Text}' cannot be set", name.Line) : new Variable(name.Line, name.Text);
    }
}
