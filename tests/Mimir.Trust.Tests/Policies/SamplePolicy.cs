using Mimir.Trust.Policies;

namespace Mimir.Trust.Tests.Policies;

/// <summary>A production and a lab policy that accept <see cref="Samples"/>; tests replace text in them.</summary>
internal static class SamplePolicy
{
    public static string Production { get; } = $$"""
        version: 1
        profile: production
        roles:
          party: [snp, tdx, nitro]
          triple-service: [tdx]
        snp:
          measurements:
            party:
              - measurement: {{Samples.Hex(1)}}
          minimum_tcb:
            genoa: { bl: 10, tee: 0, snp: 23, ucode: 84 }
            turin: { fmc: 1, bl: 1, tee: 1, snp: 4, ucode: 68 }
        tdx:
          measurements:
            party:
              - mr_td: {{Samples.Hex(0x99)}}
              - mr_td: {{Samples.Hex(0x11)}}
                rtmr0: {{Samples.Hex(0x12)}}
            triple-service:
              - mr_td: {{Samples.Hex(0x14)}}
          minimum_tcb_evaluation_data_number: 18
        nitro:
          measurements:
            party:
              - pcr0: {{Samples.Hex(0x21)}}
                pcr1: {{Samples.Hex(0x22)}}
        """;

    public static string Lab { get; } = $$"""
        version: 1
        profile: lab
        roles:
          party: [simulated]
        simulated:
          measurements:
            party:
              - measurement: {{Samples.Hex(0x31)}}
          lab_keys: [{{Samples.LabKeyHash}}]
        """;

    /// <summary>The production policy with one text replaced.</summary>
    public static Policy With(string old, string replacement) => Policy.Parse(Replace(Production, old, replacement), "policy.yaml");

    /// <summary>The production policy with lines added to a section.</summary>
    public static Policy Adding(string section, string line) => With($"\n{section}:\n", $"\n{section}:\n  {line}\n");

    public static string Replace(string text, string old, string replacement)
    {
        Assert.Contains(old, text, StringComparison.Ordinal);
        return text.Replace(old, replacement, StringComparison.Ordinal);
    }
}
