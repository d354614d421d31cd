using Mimir.Models.Templates.Syntax;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>{% for target in items if test recursive %} ... {% else %} ... {% endfor %}; every turn has variables of its own.</summary>
internal sealed class For(int line, Expression target, Expression items, Expression? test, bool recursive, Block body, Block? otherwise) : Statement(line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        Loop(items.Evaluate(scope), scope, output, depth: 1);
        return Flow.Next;
    }

    private void Loop(object value, Scope scope, MarkedTextBuilder output, int depth)
    {
        var turns = Filters.Elements(value, scope.Budget);
        if (test is not null) turns = turns.FindAll(element => Operators.Truth(test.Evaluate(Turn(element, scope))));
        if (turns.Count == 0) otherwise?.Render(scope.Inner(), output);
        object? changed = null;
        for (var i = 0; i < turns.Count; i++)
        {
            var turn = Turn(turns[i], scope);
            var place = i;
            turn.Set("loop", new Callable("loop", a => Recurse(a, scope, depth))
            {
                Attribute = name => Attribute(name, turns, place, depth, a =>
                {
                    var now = new ListValue(a.Positional);
                    if (changed is not null && Operators.Same(changed, now, a.Budget)) return false;
                    changed = now;
                    return true;
                }),
            });
            if (body.Render(turn, output) == Flow.Break) break;
        }
    }

    private Scope Turn(object element, Scope scope)
    {
        var turn = scope.Inner();
        Assignment.Assign(target, element, turn);
        return turn;
    }

    private MarkedText Recurse(Arguments arguments, Scope scope, int depth)
    {
        if (!recursive) throw arguments.Error("is called, but the loop is not 'recursive'");
        arguments.Budget.Enter();
        var output = new MarkedTextBuilder(arguments.Budget);
        Loop(arguments.Bind("items")[0] ?? throw arguments.Error("needs items"), scope, output, depth + 1);
        arguments.Budget.Leave();
        return output.ToText();
    }

    private static object? Attribute(string name, List<object> turns, int i, int depth, Func<Arguments, object> changed) => name switch
    {
        "index" => i + 1L,
        "index0" => (long)i,
        "revindex" => (long)(turns.Count - i),
        "revindex0" => turns.Count - i - 1L,
        "first" => i == 0,
        "last" => i == turns.Count - 1,
        "length" => (long)turns.Count,
        "depth" => (long)depth,
        "depth0" => depth - 1L,
        "previtem" => i > 0 ? turns[i - 1] : null,
        "nextitem" => i + 1 < turns.Count ? turns[i + 1] : null,
        "cycle" => new Callable("cycle", a => a.Positional.Count > 0 ? a.Positional[i % a.Positional.Count] : throw a.Error("needs values")),
        "changed" => new Callable("changed", changed),
        _ => null,
    };
}
