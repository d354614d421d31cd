using System.Text.Json;
using Mimir.Cli.Planning;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;

namespace Mimir.Cli.Benching;

/// <summary>
/// What one token costs, exactly, for a few fixed shapes. bench/budget.json holds the accepted numbers; a test fails when a change alters
/// them, so that no round or byte comes back unnoticed.
/// </summary>
/// <param name="Shape">A well-known shape.</param>
/// <param name="Context">Positions.</param>
/// <param name="Parties">N.</param>
/// <param name="Speculate">K: a step of K + 1 positions.</param>
/// <param name="Security">active or passive.</param>
/// <param name="RoundsPerLayer">Exchanges per layer.</param>
/// <param name="RoundsPerToken">Exchanges per token.</param>
/// <param name="OpenedBytesPerLayer">Sent by each party per layer, to all peers together.</param>
/// <param name="OpenedBytesPerToken">Sent by each party per token, to all peers together.</param>
/// <param name="DealtBytesPerToken">Sent by the Triple Service per token.</param>
public sealed record StepBudget(
    string Shape, int Context, int Parties, int Speculate, string Security,
    long RoundsPerLayer, long RoundsPerToken, long OpenedBytesPerLayer, long OpenedBytesPerToken, long DealtBytesPerToken)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private static readonly (string Shape, int Context, int Parties, int Speculate, bool Active)[] Fixed =
    [
        ("stories260k", 64, 2, 0, true), ("stories260k", 64, 3, 0, true), ("stories260k", 64, 2, 0, false), ("stories260k", 64, 2, 3, true), ("stories15m", 128, 2, 0, true),
        ("gpt2-small", 64, 2, 0, true), ("gpt2-small", 64, 3, 0, true), ("gpt2-small", 512, 2, 0, true),
    ];

    /// <summary>What the fixed shapes cost now.</summary>
    public static IReadOnlyList<StepBudget> Now() => [.. Fixed.Select(f => Of(f.Shape, f.Context, f.Parties, f.Speculate, f.Active))];

    /// <summary>Reads accepted numbers.</summary>
    /// <exception cref="UsageException">The file is not there or cannot be read.</exception>
    public static IReadOnlyList<StepBudget> Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<StepBudget[]>(File.ReadAllText(file), Format) ?? [];
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            throw new UsageException($"'{file}' holds no accepted costs ({error.Message.ReplaceLineEndings(" ")}); 'mimir bench budget --file {file} --write' makes it");
        }
    }

    /// <summary>Writes the present costs as the accepted ones.</summary>
    public static void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(Now(), Format) + "\n");

    /// <summary>One line for every number that differs from the accepted ones; none when all agree.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyList<StepBudget> accepted, IReadOnlyList<StepBudget> now)
    {
        var lines = new List<string>();
        foreach (var cost in now)
        {
            var name = $"{cost.Shape}, context {cost.Context}, {cost.Parties} parties, {(cost.Speculate > 0 ? $"{cost.Speculate} guesses, " : "")}{cost.Security}";
            var old = accepted.FirstOrDefault(a => (a.Shape, a.Context, a.Parties, a.Speculate, a.Security) == (cost.Shape, cost.Context, cost.Parties, cost.Speculate, cost.Security));
            if (old is null)
            {
                lines.Add($"{name}: no accepted cost");
                continue;
            }
            Compare("rounds per layer", old.RoundsPerLayer, cost.RoundsPerLayer);
            Compare("rounds per token", old.RoundsPerToken, cost.RoundsPerToken);
            Compare("bytes opened per layer", old.OpenedBytesPerLayer, cost.OpenedBytesPerLayer);
            Compare("bytes opened per token", old.OpenedBytesPerToken, cost.OpenedBytesPerToken);
            Compare("bytes dealt per token", old.DealtBytesPerToken, cost.DealtBytesPerToken);

            void Compare(string what, long before, long after)
            {
                if (after > before) lines.Add($"{name}: {what} grew from {Quantity.Count(before)} to {Quantity.Count(after)}");
                if (after < before) lines.Add($"{name}: {what} shrank from {Quantity.Count(before)} to {Quantity.Count(after)}; accept it with 'mimir bench budget --write'");
            }
        }
        return lines;
    }

    private static StepBudget Of(string shape, int context, int parties, int speculate, bool active)
    {
        var plan = Planner.Plan(new PlanRequest(shape, ModelFolding.LayoutOf(ModelShapes.Find(shape)), context, parties, active) { Speculate = speculate });
        return new StepBudget(
            shape, context, parties, speculate, plan.Security, plan.RoundsPerLayer, plan.RoundsPerToken, plan.BytesPerLayer, plan.BytesPerToken, plan.DealtBytesPerToken);
    }
}
