using Mimir.Models.Templates.Syntax;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>Text outside of tags.</summary>
internal sealed class Data(int line, string text) : Statement(line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        output.Append(text);
        return Flow.Next;
    }
}

/// <summary>{{ value }}</summary>
internal sealed class Print(int line, Expression value) : Statement(line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        output.Append(Printing.Text(value.Evaluate(scope), scope.Budget));
        return Flow.Next;
    }
}

/// <summary>{% if %} ... {% elif %} ... {% else %}</summary>
internal sealed class If(int line, IReadOnlyList<(Expression Test, Block Body)> branches, Block? otherwise) : Statement(line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        foreach (var (test, body) in branches)
            if (Operators.Truth(test.Evaluate(scope))) return body.Render(scope, output);
        return otherwise?.Render(scope, output) ?? Flow.Next;
    }
}

/// <summary>{% break %} or {% continue %}</summary>
internal sealed class Jump(int line, Flow flow) : Statement(line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output) => flow;
}

/// <summary>{% set target = value %}, or {% set target %} ... {% endset %}.</summary>
internal sealed class Set(int line, Expression target, Expression? value, Block? body, IReadOnlyList<Filtering> filters) : Statement(line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        var result = value?.Evaluate(scope) ?? filters.Aggregate((object)body!.Text(scope.Inner()), (text, filter) => filter.Apply(text, scope));
        Assignment.Assign(target, result, scope);
        return Flow.Next;
    }
}

/// <summary>{% filter name %} ... {% endfilter %}</summary>
internal sealed class FilterBlock(int line, IReadOnlyList<Filtering> filters, Block body) : Statement(line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        output.Append(Printing.Text(filters.Aggregate((object)body.Text(scope.Inner()), (text, filter) => filter.Apply(text, scope)), scope.Budget));
        return Flow.Next;
    }
}

/// <summary>{% with name = value %} ... {% endwith %}</summary>
internal sealed class With(int line, IReadOnlyList<(Expression Target, Expression Value)> variables, Block body) : Statement(line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        var inner = scope.Inner();
        foreach (var (target, value) in variables) Assignment.Assign(target, value.Evaluate(scope), inner);
        return body.Render(inner, output);
    }
}

/// <summary>Gives values to names.</summary>
internal static class Assignment
{
    /// <summary>To a name, to an attribute of a namespace, or element by element to a tuple of names.</summary>
    public static void Assign(Expression target, object value, Scope scope)
    {
        switch (target)
        {
            case Variable variable:
                scope.Set(variable.Name, value);
                return;
            case Field attribute:
                if (attribute.Target.Evaluate(scope) is not NamespaceValue space) throw scope.Budget.Error("only a namespace's attributes can be set");
                space.Fields[attribute.Name] = value;
                return;
            case ListLiteral tuple:
                var elements = Filters.Elements(value, scope.Budget);
                if (elements.Count != tuple.Items.Count) throw scope.Budget.Error($"{elements.Count} values for {tuple.Items.Count} names");
                for (var i = 0; i < elements.Count; i++) Assign(tuple.Items[i], elements[i], scope);
                return;
            default:
                throw scope.Budget.Error("this cannot be set");
        }
    }
}
