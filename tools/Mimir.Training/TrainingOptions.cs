using System.Globalization;

namespace Mimir.Training;

/// <summary>What one command line asks for; the defaults are those of the shipped model.</summary>
internal sealed class TrainingOptions
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal)
    {
        ["text"] = "",
        ["model"] = "models/mimir-kjv",
        ["vocabulary"] = "2048",
        ["width"] = "192",
        ["layers"] = "5",
        ["heads"] = "6",
        ["key-value-heads"] = "2",
        ["inner"] = "512",
        ["context"] = "256",
        ["batch"] = "8",
        ["steps"] = "6898",
        ["minutes"] = "0",
        ["warm-up"] = "200",
        ["rate"] = "0.003",
        ["weight-decay"] = "0.1",
        ["dropout"] = "0.05",
        ["seed"] = "1611",
        ["checkpoint-minutes"] = "5",
        ["prompt"] = "In the beginning",
        ["tokens"] = "120",
        ["temperature"] = "0.8",
    };

    /// <summary>Parses <c>--key value</c> pairs.</summary>
    /// <exception cref="ArgumentException">An unknown key, or a key without a value.</exception>
    public TrainingOptions(ReadOnlySpan<string> arguments)
    {
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string key = arguments[i].TrimStart('-');
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || !_values.ContainsKey(key))
                throw new ArgumentException($"Unknown option {arguments[i]}; known: --{string.Join(", --", _values.Keys)}.");
            if (i + 1 == arguments.Length)
                throw new ArgumentException($"{arguments[i]} needs a value.");
            _values[key] = arguments[i + 1];
        }
    }

    /// <summary>Value of a text option.</summary>
    public string Text(string key) => _values[key];

    /// <summary>Value of a whole-number option.</summary>
    public int Whole(string key) => int.Parse(_values[key], CultureInfo.InvariantCulture);

    /// <summary>Value of a decimal option.</summary>
    public double Decimal(string key) => double.Parse(_values[key], CultureInfo.InvariantCulture);
}
