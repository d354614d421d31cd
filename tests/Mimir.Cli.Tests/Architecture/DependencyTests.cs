using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Mimir.Cli.Tests.Architecture;

/// <summary>The arrows between projects, and what must not appear below them.</summary>
public sealed class DependencyTests
{
    /// <summary>Project → the projects it may use directly; what those use, it may use too.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Mimir.Numerics"] = [],
        ["Mimir.Trust"] = [],
        ["Mimir.Overlay"] = ["Mimir.Trust"],
        ["Mimir.Models"] = ["Mimir.Numerics"],
        ["Mimir.Spdz"] = ["Mimir.Models"],
        ["Mimir.Transport"] = ["Mimir.Spdz", "Mimir.Trust"],
        ["Mimir.Services"] = ["Mimir.Transport"],
        ["Mimir.Client"] = ["Mimir.Transport"],
        ["Mimir.Gateway"] = ["Mimir.Client"],
        ["Mimir.Vaults"] = ["Mimir.Trust"],
        ["mimir"] = ["Mimir.Services", "Mimir.Client", "Mimir.Gateway", "Mimir.Vaults", "Mimir.Overlay"],
    };

    private static readonly string[] ServiceLibraries =
        ["Grpc", "Google.Protobuf", "Microsoft.AspNetCore", "Microsoft.Extensions", "Spectre", "System.CommandLine"];

    public static TheoryData<string> Projects => [.. Arrows.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_what_the_arrows_allow(string project)
    {
        var allowed = Closure(project);
        var used = Load(project).GetReferencedAssemblies().Select(a => a.Name!).Where(n => Arrows.ContainsKey(n)).ToArray();
        Assert.All(used, u => Assert.Contains(u, allowed));
    }

    [Theory]
    [InlineData("Mimir.Numerics")]
    [InlineData("Mimir.Trust")]
    [InlineData("Mimir.Overlay")]
    [InlineData("Mimir.Models")]
    [InlineData("Mimir.Spdz")]
    [InlineData("Mimir.Vaults")]
    public void Below_Transport_there_is_no_rpc_no_injection_and_no_logging(string project)
    {
        var used = Load(project).GetReferencedAssemblies().Select(a => a.Name!);
        Assert.DoesNotContain(used, u => ServiceLibraries.Any(l => u.StartsWith(l, StringComparison.Ordinal)));
    }

    /// <summary>Policies are judged by every role, so Trust reads them; all other YAML is the command line's configuration.</summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_policies_and_the_configuration_are_yaml(string project)
    {
        var reads = Load(project).GetReferencedAssemblies().Any(a => a.Name == "YamlDotNet");
        Assert.Equal(project is "Mimir.Trust" or "mimir", reads);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Nothing_uses_System_Random_or_sleeps(string project)
    {
        using var file = File.OpenRead(Load(project).Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        string NameOf(TypeReference t) => $"{metadata.GetString(t.Namespace)}.{metadata.GetString(t.Name)}";
        Assert.DoesNotContain("System.Random", metadata.TypeReferences.Select(h => NameOf(metadata.GetTypeReference(h))));
        var calls = from handle in metadata.MemberReferences
                    let member = metadata.GetMemberReference(handle)
                    where member.Parent.Kind == HandleKind.TypeReference
                    select $"{NameOf(metadata.GetTypeReference((TypeReferenceHandle)member.Parent))}.{metadata.GetString(member.Name)}";
        Assert.DoesNotContain("System.Threading.Thread.Sleep", calls);
    }

    [Fact]
    public void Every_project_of_the_solution_has_its_arrows()
    {
        var built = Directory.EnumerateFiles(AppContext.BaseDirectory, "Mimir.*.dll").Select(Path.GetFileNameWithoutExtension)
            .Where(n => n != "Mimir.Cli.Tests");
        Assert.All(built, b => Assert.Contains(b!, Arrows.Keys));
    }

    private static HashSet<string> Closure(string project)
    {
        var all = new HashSet<string>(Arrows[project]);
        foreach (var direct in Arrows[project]) all.UnionWith(Closure(direct));
        return all;
    }

    private static Assembly Load(string project) => Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, project + ".dll"));
}
