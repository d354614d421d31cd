using System.CommandLine;
using System.Globalization;
using Mimir.Client.Sampling;

namespace Mimir.Cli.Commands;

/// <summary>The options that say how tokens are chosen beyond the temperature; <see cref="SamplingRules"/> says which mode can do what.</summary>
internal sealed class SamplingArguments
{
    private const string NeedsLogits = "With --logits-to-owner: ";
    private readonly Option<int?> _topK = new("--top-k") { Description = "Sample among so many likeliest tokens; 0: among all", HelpName = "K" };
    private readonly Option<double?> _topP = new("--top-p") { Description = NeedsLogits + "sample among the fewest likeliest tokens with this much probability together", HelpName = "P" };
    private readonly Option<double?> _minP = new("--min-p") { Description = NeedsLogits + "sample among tokens at least this times as likely as the likeliest", HelpName = "P" };
    private readonly Option<double?> _repetition = new("--repetition-penalty") { Description = NeedsLogits + "divides logits of tokens that prompt or text have", HelpName = "X" };
    private readonly Option<double?> _presence = new("--presence-penalty") { Description = NeedsLogits + "taken off logits of tokens that the text has", HelpName = "X" };
    private readonly Option<double?> _frequency = new("--frequency-penalty") { Description = NeedsLogits + "the same, once for each time that the text has them", HelpName = "X" };
    private readonly Option<string[]> _bias = new("--logit-bias") { Description = NeedsLogits + "added to a token's logit; may be repeated", HelpName = "TOKEN=X" };
    private readonly Option<string[]> _stop = new("--stop") { Description = "The text ends before this; may be repeated", HelpName = "TEXT" };
    private readonly Option<bool> _early = new("--early-stop") { Description = "Stop where the text ends, which shows everybody where that is, instead of at the next multiple of padding.bucket" };
    private readonly Option<double?> _epsilon = new("--epsilon") { Description = "Differential privacy of each token (docs/privacy.md)", HelpName = "E" };

    /// <summary>Adds the options to <paramref name="command"/>.</summary>
    public SamplingArguments(Command command)
    {
        foreach (var option in (Option[])[_topK, _topP, _minP, _repetition, _presence, _frequency, _bias, _stop, _early, _epsilon]) command.Options.Add(option);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">A bias is none.</exception>
    public SamplingRequest Read(ParseResult result) => new()
    {
        TopK = result.GetValue(_topK),
        TopP = result.GetValue(_topP),
        MinP = result.GetValue(_minP),
        RepetitionPenalty = result.GetValue(_repetition),
        PresencePenalty = result.GetValue(_presence),
        FrequencyPenalty = result.GetValue(_frequency),
        LogitBias = Biases(result.GetValue(_bias) ?? []),
        Stop = result.GetValue(_stop) ?? [],
        EarlyStop = result.GetValue(_early) ? true : null,
        Epsilon = result.GetValue(_epsilon),
    };

    private static Dictionary<int, double> Biases(string[] texts)
    {
        var biases = new Dictionary<int, double>();
        foreach (var text in texts)
        {
            var parts = text.Split('=');
            if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var bias) || !biases.TryAdd(token, bias))
                throw new UsageException($"--logit-bias '{text}' is none; write TOKEN=X, each token once");
        }
        return biases;
    }
}
