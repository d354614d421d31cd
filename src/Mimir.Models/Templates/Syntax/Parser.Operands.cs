using System.Globalization;
using Mimir.Models.Templates.Evaluation;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Syntax;

/// <summary>Values, and what is written behind them: attributes, elements, calls, filters and tests.</summary>
internal sealed partial class Parser
{
    private Expression Primary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return Name(token);
            case TokenKind.String:
                var text = token.Text;
                while (Now.Kind == TokenKind.String) text += Take().Text;
                return new Literal(token.Line, MarkedText.Own(text));
            case TokenKind.Integer:
                return new Literal(token.Line, long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var integer) ? integer : throw Error("a number is too large", token.Line));
            case TokenKind.Float:
                var real = double.Parse(token.Text, CultureInfo.InvariantCulture);
                return new Literal(token.Line, double.IsFinite(real) ? real : throw Error("a number is too large", token.Line));
            case TokenKind.Operator when token.Text == "(":
                if (Skip(")")) return new ListLiteral(token.Line, [], tuple: true);
                var inner = ExpressionOrTuple();
                TakeOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListLiteral(token.Line, Sequence("]", () => Expression()), tuple: false);
            case TokenKind.Operator when token.Text == "{":
                return new MapLiteral(token.Line, Sequence("}", Entry));
            default:
                if (token.Kind != TokenKind.End) _at--;
                throw Unexpected("where a value was expected");
        }
    }

    private Expression Name(Token token)
    {
        _readsVarargs |= token.Text == "varargs";
        _readsKwargs |= token.Text == "kwargs";
        return token.Text switch
        {
            "true" or "True" => new Literal(token.Line, true),
            "false" or "False" => new Literal(token.Line, false),
            "none" or "None" => new Literal(token.Line, None.Value),
            _ => new Variable(token.Line, token.Text),
        };
    }

    private (Expression Key, Expression Value) Entry()
    {
        var key = Expression();
        TakeOperator(":");
        return (key, Expression());
    }

    private List<T> Sequence<T>(string end, Func<T> element)
    {
        var elements = new List<T>();
        while (!Skip(end))
        {
            if (elements.Count > 0)
            {
                TakeOperator(",");
                if (Skip(end)) break;
            }
            elements.Add(element());
        }
        return elements;
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            var line = Now.Line;
            if (Skip("."))
            {
                var name = Take();
                value = name.Kind switch
                {
                    TokenKind.Name => new Field(line, value, name.Text),
                    TokenKind.Integer => new Element(line, value, new Literal(line, long.TryParse(name.Text, out var place) ? place : throw Error("a number is too large", line))),
                    _ => throw Error("a name is missing behind '.'", line),
                };
            }
            else if (Skip("[")) value = Subscript(line, value);
            else if (Now.IsOperator("(")) value = new Call(line, value, Arguments());
            else return value;
        }
    }

    private Expression Subscript(int line, Expression value)
    {
        var start = Now.IsOperator(":") ? null : Expression();
        if (start is not null && Skip("]")) return new Element(line, value, start);
        TakeOperator(":");
        var stop = Now.IsOperator(":") || Now.IsOperator("]") ? null : Expression();
        var step = Skip(":") && !Now.IsOperator("]") ? Expression() : null;
        TakeOperator("]");
        return new Slice(line, value, start, stop, step);
    }

    private ArgumentList Arguments()
    {
        TakeOperator("(");
        var (positional, named) = (new List<(Expression, bool)>(), new List<(string?, Expression)>());
        Sequence(")", () =>
        {
            if (Skip("**")) named.Add((null, Expression()));
            else if (Skip("*")) positional.Add((Expression(), true));
            else if (Now.Kind == TokenKind.Name && _tokens[_at + 1].IsOperator("="))
            {
                var name = Take().Text;
                Take();
                named.Add((name, Expression()));
            }
            else if (named.Count > 0) throw Unexpected("behind a named argument");
            else positional.Add((Expression(), false));
            return true;
        });
        return new ArgumentList(positional, named);
    }

    private Expression FiltersAndTests(Expression value)
    {
        while (true)
        {
            if (Skip("|")) value = OneFilter(value);
            else if (Now.IsName("is")) value = OneTest(value);
            else if (Now.IsOperator("(")) value = new Call(Now.Line, value, Arguments());
            else return value;
        }
    }

    private List<Filtering> Filters()
    {
        var filters = new List<Filtering>();
        while (Skip("|")) filters.Add(OneFilter(null));
        return filters;
    }

    private Filtering OneFilter(Expression? operand)
    {
        var name = Take(TokenKind.Name, "the name of a filter");
        var filter = Evaluation.Filters.Find(name.Text) ?? throw Error($"'{Printable.OneLine(name.Text, 40)}' is not a filter that Mimir knows", name.Line);
        return new Filtering(name.Line, operand, name.Text, filter, Now.IsOperator("(") ? Arguments() : ArgumentList.Empty);
    }

    private Expression OneTest(Expression operand)
    {
        var line = Take().Line;
        var negated = SkipName("not");
        var name = Take(TokenKind.Name, "the name of a test");
        var test = Tests.Find(name.Text) ?? throw Error($"'{Printable.OneLine(name.Text, 40)}' is not a test that Mimir knows", name.Line);
        var arguments = ArgumentList.Empty;
        if (Now.IsOperator("(")) arguments = Arguments();
        else if (Now.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float || Now.IsOperator("[") || Now.IsOperator("{")
            || (Now.Kind == TokenKind.Name && Now.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not" or "recursive")))
            arguments = new ArgumentList([(Postfix(Primary()), false)], []);
        Expression result = new Testing(line, operand, name.Text, test, arguments);
        return negated ? new Negation(line, result) : result;
    }
}
