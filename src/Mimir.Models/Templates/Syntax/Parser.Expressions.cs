using Mimir.Models.Templates.Evaluation;

namespace Mimir.Models.Templates.Syntax;

/// <summary>Operators, from the loosest to the tightest.</summary>
internal sealed partial class Parser
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    // a, b, c without brackets is a tuple.
    private Expression ExpressionOrTuple(bool conditional = true)
    {
        var (line, first) = (Now.Line, Expression(conditional));
        if (!Now.IsOperator(",")) return first;
        var items = new List<Expression> { first };
        while (Skip(","))
        {
            if (Now.Kind is TokenKind.BlockEnd or TokenKind.PrintEnd || Now.IsOperator(")")) break;
            items.Add(Expression(conditional));
        }
        return new ListLiteral(line, items, tuple: true);
    }

    private Expression Expression(bool conditional = true)
    {
        Deeper();
        var value = Or();
        while (conditional && Now.IsName("if"))
        {
            var line = Take().Line;
            var test = Or();
            value = new Conditional(line, test, value, SkipName("else") ? Expression() : null);
        }
        _depth--;
        return value;
    }

    private Expression Or()
    {
        var left = And();
        while (Now.IsName("or")) left = new Junction(Take().Line, conjunction: false, left, And());
        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (Now.IsName("and")) left = new Junction(Take().Line, conjunction: true, left, Not());
        return left;
    }

    private Expression Not()
    {
        if (!Now.IsName("not")) return Compare();
        var line = Take().Line;
        Deeper();
        var operand = Not();
        _depth--;
        return new Negation(line, operand);
    }

    private Expression Compare()
    {
        var (line, first, rest) = (Now.Line, Sum(), new List<(string, Expression)>());
        while (true)
        {
            if (Now.Kind == TokenKind.Operator && Comparisons.Contains(Now.Text)) rest.Add((Take().Text, Sum()));
            else if (SkipName("in")) rest.Add(("in", Sum()));
            else if (Now.IsName("not") && _tokens[_at + 1].IsName("in"))
            {
                Take();
                Take();
                rest.Add(("not in", Sum()));
            }
            else return rest.Count == 0 ? first : new Comparison(line, first, rest);
        }
    }

    private Expression Sum()
    {
        var left = Concatenate();
        while (Now.IsOperator("+") || Now.IsOperator("-")) left = new Arithmetic(Now.Line, Take().Text, left, Concatenate());
        return left;
    }

    private Expression Concatenate()
    {
        var (line, parts) = (Now.Line, new List<Expression> { Product() });
        while (Skip("~")) parts.Add(Product());
        return parts.Count == 1 ? parts[0] : new Concatenation(line, parts);
    }

    private Expression Product()
    {
        var left = Power();
        while (Now.IsOperator("*") || Now.IsOperator("/") || Now.IsOperator("//") || Now.IsOperator("%")) left = new Arithmetic(Now.Line, Take().Text, left, Power());
        return left;
    }

    private Expression Power()
    {
        var left = Unary();
        while (Now.IsOperator("**")) left = new Arithmetic(Take().Line, "**", left, Unary());
        return left;
    }

    private Expression Unary(bool filtered = true)
    {
        Expression value;
        if (Now.IsOperator("-") || Now.IsOperator("+"))
        {
            var sign = Take();
            Deeper();
            value = new Sign(sign.Line, sign.Text == "-", Unary(filtered: false));
            _depth--;
        }
        else value = Postfix(Primary());
        return filtered ? FiltersAndTests(value) : value;
    }
}
