using Mimir.Trust.Attestation.Snp;
using Mimir.Trust.Policies.Reading;

namespace Mimir.Trust.Policies.Rules;

/// <summary>Accepted product lines with their minimum versions. Milan must be named: its root seed has been extracted in software (May 2026).</summary>
internal sealed class SnpTcbRules
{
    private readonly Dictionary<SnpProduct, SnpTcb> _minimum = [];

    /// <summary>Reads <c>minimum_tcb</c>: per accepted line, a minimum for every component.</summary>
    public SnpTcbRules(PolicyMap section)
    {
        var lines = section.RequiredMap("minimum_tcb");
        foreach (var product in Enum.GetValues<SnpProduct>())
            if (lines.Map(product.ToName()) is { } line)
                _minimum.Add(product, Read(line, product));
        lines.End();
        if (_minimum.Count == 0) throw lines.Error("names no product line");
    }

    /// <summary>One line per version and component.</summary>
    public void Judge(SnpClaims snp, PolicyDecision decision)
    {
        decision.OneOf("snp.product", [.. _minimum.Keys.Order().Select(product => product.ToName())], snp.Product?.ToName());
        if (snp.Product is not { } found || !_minimum.TryGetValue(found, out var minimum)) return;
        foreach (var (name, tcb) in new[] { ("reported", snp.ReportedTcb), ("committed", snp.CommittedTcb), ("launch", snp.LaunchTcb) })
            foreach (var (component, least) in minimum.Fields())
                decision.AtLeast($"snp.minimum_tcb.{name}.{component}", (ulong)least, tcb?.Fields()[component] as ulong?);
    }

    private static SnpTcb Read(PolicyMap line, SnpProduct product)
    {
        var tcb = new SnpTcb(product == SnpProduct.Turin ? Component(line, "fmc") : null, Component(line, "bl"), Component(line, "tee"), Component(line, "snp"), Component(line, "ucode"));
        line.End();
        return tcb;
    }

    private static byte Component(PolicyMap line, string name) => (byte)line.Number(name, byte.MaxValue);
}
