namespace Mimir.Models.Templates.Values;

/// <summary>The arguments of a call.</summary>
internal sealed class Arguments(string name, IReadOnlyList<object> positional, IReadOnlyList<(string Name, object Value)> named, Budget budget)
{
    /// <summary>What is called.</summary>
    public string Name { get; } = name;

    /// <summary>Those without a name.</summary>
    public IReadOnlyList<object> Positional { get; } = positional;

    /// <summary>Those with one, in order.</summary>
    public IReadOnlyList<(string Name, object Value)> Named { get; } = named;

    /// <summary>Of the rendering.</summary>
    public Budget Budget { get; } = budget;

    /// <summary>Binds the arguments to parameters, by place or name; a missing one is null.</summary>
    public object?[] Bind(params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length) throw Error($"takes at most {parameters.Length} arguments");
        var bound = new object?[parameters.Length];
        for (var i = 0; i < Positional.Count; i++) bound[i] = Positional[i];
        foreach (var (key, value) in Named)
        {
            var place = parameters.IndexOf(key);
            if (place < 0) throw Error($"takes no argument '{key}'");
            if (bound[place] is not null) throw Error($"is given '{key}' twice");
            bound[place] = value;
        }
        return bound;
    }

    /// <summary>A text, or <paramref name="missing"/>.</summary>
    public MarkedText Text(object? value, MarkedText? missing = null) =>
        value switch { MarkedText text => text, null when missing is not null => missing, _ => throw Error("needs a text") };

    /// <summary>An integer, or <paramref name="missing"/>.</summary>
    public int Integer(object? value, int? missing = null) => value switch
    {
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        bool flag => flag ? 1 : 0,
        null when missing is { } instead => instead,
        _ => throw Error("needs an integer"),
    };

    /// <summary>An error of this call.</summary>
    public ChatTemplateException Error(string problem) => Budget.Error($"'{Name}' {problem}");
}
