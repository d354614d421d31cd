using Mimir.Models.Templates.Syntax;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>The parameters and body of a macro or call block.</summary>
/// <param name="Parameters">Names, with the values they have when missing.</param>
/// <param name="Body">What it writes.</param>
/// <param name="TakesMore">It reads "varargs", so more arguments than parameters are allowed.</param>
/// <param name="TakesNamed">It reads "kwargs", so named arguments without a parameter are allowed.</param>
internal sealed record MacroBody(IReadOnlyList<(string Name, Expression? Missing)> Parameters, Block Body, bool TakesMore, bool TakesNamed)
{
    /// <summary>A function that renders the body among the variables of <paramref name="scope"/>, where it was written.</summary>
    public Callable Bind(string name, Scope scope) => new(name, arguments =>
    {
        arguments.Budget.Enter();
        var inner = scope.Inner();
        var (named, places) = (arguments.Named.ToList(), Parameters.Select(p => p.Name).ToList());
        var surplus = arguments.Positional.Skip(Parameters.Count).ToList();
        var caller = named.FindIndex(n => n.Name == "caller");
        if (caller >= 0 && !places.Contains("caller"))
        {
            inner.Set("caller", named[caller].Value);
            named.RemoveAt(caller);
        }
        for (var i = 0; i < Parameters.Count; i++)
        {
            var at = named.FindIndex(n => n.Name == places[i]);
            if (i < arguments.Positional.Count && at >= 0) throw arguments.Error($"is given '{places[i]}' twice");
            inner.Set(places[i], i < arguments.Positional.Count ? arguments.Positional[i] : at >= 0 ? named[at].Value
                : Parameters[i].Missing?.Evaluate(inner) ?? new Undefined(places[i]));
            if (at >= 0) named.RemoveAt(at);
        }
        if (surplus.Count > 0 && !TakesMore) throw arguments.Error($"takes at most {Parameters.Count} arguments");
        if (named.Count > 0 && !TakesNamed) throw arguments.Error("is given an argument of a name that it does not have");
        if (TakesMore) inner.Set("varargs", new ListValue(surplus, IsTuple: true));
        // The names may have been the keys of a stranger's mapping.
        if (TakesNamed) inner.Set("kwargs", new MapValue(named.Select(n => (MarkedText.Strange(n.Name), n.Value))));
        var text = Body.Text(inner);
        arguments.Budget.Leave();
        return text;
    });
}

/// <summary>{% macro name(parameters) %} ... {% endmacro %}</summary>
internal sealed class Macro(int line, string name, MacroBody body) : Statement(line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        scope.Set(name, body.Bind(name, scope));
        return Flow.Next;
    }
}

/// <summary>{% call(parameters) macro(arguments) %} ... {% endcall %}</summary>
internal sealed class CallBlock(int line, Call call, MacroBody body) : Statement(line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        output.Append(Printing.Text(call.With(scope, body.Bind("caller", scope)), scope.Budget));
        return Flow.Next;
    }
}
