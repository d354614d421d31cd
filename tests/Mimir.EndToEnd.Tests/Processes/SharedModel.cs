using System.Text.Json;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>The third-party test model beside the checkout; tests that need it skip when it is absent.</summary>
internal static class SharedModel
{
    private static readonly string? Found = Find();

    public static string Directory
    {
        get
        {
            if (Found is null) Assert.Skip("the test model shared/models/stories260K is not beside this checkout");
            return Found!;
        }
    }

    public static (string Prompt, int[] PromptIds, int[] GreedyIds) Expected(int number)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Directory, "expected.json")));
        var entry = json.RootElement[number];
        int[] Ids(string name) => [.. entry.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];
        return (entry.GetProperty("prompt").GetString()!, Ids("prompt_ids"), Ids("greedy_ids"));
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "models", "stories260K");
            if (System.IO.Directory.Exists(candidate)) return candidate;
        }
        return null;
    }
}
