using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>Variables: a macro, a loop's body and a "with" have their own; a name is looked up outwards.</summary>
internal sealed class Scope(Scope? parent, Budget budget)
{
    private readonly Dictionary<string, object> _variables = new(StringComparer.Ordinal);

    /// <summary>Of the rendering.</summary>
    public Budget Budget { get; } = budget;

    /// <summary>A scope within this one.</summary>
    public Scope Inner() => new(this, Budget);

    /// <summary>Sets a variable here.</summary>
    public void Set(string name, object value) => _variables[name] = value;

    /// <summary>The value of a variable here or outwards.</summary>
    public object Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
            if (scope._variables.TryGetValue(name, out var value)) return value;
        return new Undefined(name);
    }

    private Scope? Parent { get; } = parent;
}
