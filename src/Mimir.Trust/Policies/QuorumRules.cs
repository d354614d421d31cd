using Mimir.Trust.Policies.Reading;

namespace Mimir.Trust.Policies;

/// <summary>
/// What the members of one session must be together, so that no single vendor, operator or machine holds it: by default, in production, at least two
/// vendor roots, and operators and chips that are all distinct.
/// </summary>
internal sealed class QuorumRules
{
    private const ulong DefaultVendorRoots = 2, MostVendorRoots = 3;
    private const int MostMembers = 64;

    private readonly int _vendorRoots;
    private readonly bool _distinctOperators, _distinctChips;

    /// <summary>Reads <c>quorum</c>; in a laboratory nothing is demanded unless it is written.</summary>
    public QuorumRules(PolicyMap? section, PolicyProfile profile)
    {
        var strict = profile == PolicyProfile.Production;
        var roots = strict ? DefaultVendorRoots : 0UL;
        _vendorRoots = (int)(section?.Number("vendor_roots", MostVendorRoots, roots) ?? roots);
        _distinctOperators = section?.Flag("distinct_operators", strict) ?? strict;
        _distinctChips = section?.Flag("distinct_chips", strict) ?? strict;
        section?.End();
        if (!strict && _vendorRoots > 0) throw section!.ErrorAt("vendor_roots", "a lab profile has no vendor roots; leave 'vendor_roots' out");
    }

    /// <summary>Judges the members together.</summary>
    public void Judge(IReadOnlyList<Member> members, PolicyDecision decision)
    {
        if (!decision.Add("quorum.members", $"1 to {MostMembers}", members.Count.ToString(), members.Count is >= 1 and <= MostMembers)) return;
        var repeated = Repeated(members, member => member.Name);
        decision.Add("quorum.names", "all distinct", repeated ?? "all distinct", repeated is null);
        if (_vendorRoots > 0)
        {
            string[] vendors = [.. members.Select(member => MachineIdentity.Vendor(member.Verdict.Kind)).OfType<string>().Distinct().Order()];
            decision.Add("quorum.vendor_roots", $"at least {_vendorRoots}", vendors.Length == 0 ? "none" : string.Join(", ", vendors), vendors.Length >= _vendorRoots);
        }

        if (_distinctOperators) Distinct("quorum.distinct_operators", members, member => member.Operator.Trim() is { Length: > 0 } name ? name : null, decision);
        if (_distinctChips) Distinct("quorum.distinct_chips", members, member => MachineIdentity.Of(member.Verdict.Read), decision);
    }

    private static void Distinct(string rule, IReadOnlyList<Member> members, Func<Member, string?> identity, PolicyDecision decision)
    {
        var nameless = members.FirstOrDefault(member => identity(member) is null);
        var repeated = Repeated(members, identity);
        decision.Add(rule, "known and all distinct", nameless is not null ? $"unknown of {nameless.Name}" : repeated ?? "all distinct", nameless is null && repeated is null);
    }

    private static string? Repeated(IReadOnlyList<Member> members, Func<Member, string?> identity) =>
        members.GroupBy(identity, StringComparer.OrdinalIgnoreCase).Where(group => group.Key is not null && group.Count() > 1)
            .Select(group => $"{group.Key} of {string.Join(" and ", group.Select(member => member.Name))}").FirstOrDefault();
}
