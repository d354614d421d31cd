using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Mimir.EndToEnd.Tests.Processes;

namespace Mimir.EndToEnd.Tests.Clients;

/// <summary>The SDK as others get it: packages with the right contents, which a project outside of this repository restores and runs.</summary>
public sealed class PackageTests
{
    private static readonly string[] Projects = ["Numerics", "Models", "Spdz", "Trust", "Transport", "Client"];

    [Fact]
    public async Task The_packages_hold_what_they_should_and_a_stranger_can_use_them()
    {
        using var feed = new TemporaryFolder();
        foreach (var project in Projects) await DotnetAsync(Root(), "pack", $"src/Mimir.{project}", "-c", "Release", "--no-build", "-o", feed.Path, "-v", "q", "-nodeReuse:false");
        Assert.Equal(
            Projects.SelectMany(p => (string[])[$"Mimir.{p}.0.1.0.nupkg", $"Mimir.{p}.0.1.0.snupkg"]).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(feed.Path).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));

        using (var package = ZipFile.OpenRead(feed.At("Mimir.Client.0.1.0.nupkg")))
        {
            var entries = package.Entries.Select(e => e.FullName).ToArray();
            foreach (var wanted in new[] { "lib/net10.0/Mimir.Client.dll", "lib/net10.0/Mimir.Client.xml", "README.md" }) Assert.Contains(wanted, entries);
            Assert.DoesNotContain(entries, e => e.EndsWith(".pdb", StringComparison.Ordinal));
            using var stream = package.GetEntry("Mimir.Client.nuspec")!.Open();
            var nuspec = XDocument.Load(stream);
            string? Value(string name) => nuspec.Descendants().FirstOrDefault(e => e.Name.LocalName == name)?.Value;
            Assert.Equal(("Apache-2.0", "README.md", "0.1.0"), (Value("license"), Value("readme"), Value("version")));
            Assert.False(string.IsNullOrWhiteSpace(Value("description")));
            var dependencies = nuspec.Descendants().Where(e => e.Name.LocalName == "dependency").ToDictionary(e => e.Attribute("id")!.Value, e => e.Attribute("version")!.Value);
            Assert.Equal(["Microsoft.Extensions.AI.Abstractions", "Mimir.Transport"], dependencies.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(("10.11.0", "0.1.0"), (dependencies["Microsoft.Extensions.AI.Abstractions"], dependencies["Mimir.Transport"]));
        }
        using (var symbols = ZipFile.OpenRead(feed.At("Mimir.Client.0.1.0.snupkg"))) Assert.Contains(symbols.Entries, e => e.FullName == "lib/net10.0/Mimir.Client.pdb");

        using var stranger = new TemporaryFolder();
        await File.WriteAllTextAsync(stranger.At("Stranger.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{feed.Path}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{stranger.At("packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages")}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Mimir.Client" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(stranger.At("Program.cs"), """
            using Microsoft.Extensions.AI;
            using Mimir.Client.Chat;
            using Mimir.Client.Text;
            using Mimir.Models.Templates;

            var model = TextModel.Open(args[0]);
            var prompt = ChatPrompt.Of(model, null, [new("user", "Who was Lily?")]);
            Console.WriteLine($"{model.Name}: {prompt.Tokens.Count > 4}, {typeof(IChatClient).IsAssignableFrom(typeof(MimirChatClient))}");
            """, TestContext.Current.CancellationToken);
        Assert.EndsWith("stories260K: True, True\n", await DotnetAsync(stranger.Path, "run", "-v", "q", "--", SharedModel.Directory), StringComparison.Ordinal);
    }

    private static async Task<string> DotnetAsync(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        // A restore must not find this repository's settings, nor another SDK's.
        foreach (var name in new[] { "MSBuildSDKsPath", "MSBUILD_EXE_PATH", "CI" }) start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {await output} {await errors}");
        return await output;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mimir.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
