using System.Globalization;
using System.Text.Json.Nodes;
using Mimir.Trust.Attestation;

namespace Mimir.Cli.Attesting;

/// <summary>A verdict as `mimir attest verify` prints it.</summary>
/// <param name="IsValid">Whether nothing was found against the evidence.</param>
/// <param name="Reasons">Every reason against it.</param>
/// <param name="Kind">Its kind; null if it was not recognised.</param>
/// <param name="Read">Its claims, as far as they could be read.</param>
public sealed record VerdictReport(bool IsValid, IReadOnlyList<Refusal> Reasons, EvidenceKind? Kind, EvidenceClaims? Read)
{
    /// <summary>The report of a verdict and of what a policy has against it.</summary>
    public static VerdictReport Of(Verdict verdict, IReadOnlyList<Refusal> objections) =>
        new(verdict.IsValid && objections.Count == 0, [.. verdict.Reasons, .. objections], verdict.Kind, verdict.Read);

    /// <summary>The report of evidence that was not even put together.</summary>
    public static VerdictReport Refused(IReadOnlyList<Refusal> reasons, EvidenceKind? kind) => new(false, reasons, kind, null);

    /// <summary><c>{"verdict", "reasons", "kind", "tcb_status", "fields"}</c>.</summary>
    public void WriteJson(TextWriter output) => Json.Write(output, new
    {
        Verdict = IsValid ? "valid" : "refused",
        Reasons = Reasons.Select(r => r.ToString()).ToArray(),
        Kind = Kind?.ToName(),
        Read?.TcbStatus,
        Fields = Read is null ? new JsonObject() : ToJson(Read.Fields),
    });

    /// <summary>The same for people.</summary>
    public void WriteText(TextWriter output)
    {
        var status = Read?.TcbStatus is { } tcb ? $", TCB status {tcb}" : "";
        output.WriteLine(IsValid ? $"valid: {Kind?.ToName()}{status}" : $"refused: {Kind?.ToName() ?? "unknown kind"}{status}");
        foreach (var reason in Reasons) output.WriteLine($"  {reason}");
        if (Read is null) return;
        if (!IsValid) output.WriteLine("What it says:");
        WriteFields(output, Read.Fields, "  ");
    }

    private static JsonObject ToJson(ClaimFields fields)
    {
        var json = new JsonObject();
        foreach (var (name, value) in fields)
        {
            json[name] = value switch
            {
                string text => text,
                bool flag => flag,
                ulong number => number,
                IReadOnlyList<string> list => new JsonArray([.. list.Select(t => JsonValue.Create(t))]),
                ClaimFields nested => ToJson(nested),
                _ => throw new InvalidOperationException($"A claim of the type {value.GetType().Name} cannot be written."),
            };
        }

        return json;
    }

    private static void WriteFields(TextWriter output, ClaimFields fields, string indent)
    {
        foreach (var (name, value) in fields)
        {
            if (value is ClaimFields nested)
            {
                output.WriteLine($"{indent}{name}:");
                WriteFields(output, nested, indent + "  ");
            }
            else
            {
                output.WriteLine($"{indent}{name}: {Text(value)}");
            }
        }
    }

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "yes" : "no",
        IReadOnlyList<string> list => string.Join(", ", list),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
