using Microsoft.Playwright;
using Mimir.Page.Tests.Browsing;
using Mimir.Page.Tests.Recorded;

namespace Mimir.Page.Tests;

/// <summary>Every view, light and dark, on a desk and in a hand: nothing is wider than the screen, and all text can be read.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class PictureTests(Chromium chromium)
{
    public static TheoryData<string, int, int> Screens => new() { { "light", 1440, 900 }, { "dark", 1440, 900 }, { "light", 390, 844 }, { "dark", 390, 844 } };

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Every_view_fits_and_can_be_read(string scheme, int width, int height)
    {
        await using var gateway = await RecordedGateway.StartAsync();
        gateway.Pieces = ["Lily", " and", " Ben", " are", " friends.", " They", " like", " to", " play", " in", " the", " park.", RecordedGateway.Wait, " The", " end."];
        await using var tab = await chromium.OpenAsync(gateway.Address, width, height, scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light);
        var page = tab.Page;
        await tab.GoAsync("/");
        await ShowAsync("welcome");
        await tab.AskAsync("Patient 4711, 68, chest pain since this morning, troponin 0.8. What should be ruled out first?");
        await page.GetByText("checks passed").First.WaitForAsync();
        await page.GetByText("in the park.").WaitForAsync();
        await ShowAsync("chat");
        await page.GetByRole(AriaRole.Link, new() { Name = "Who sees what", Exact = true }).ClickAsync();
        await page.Locator("#card-none, #party-p0 .chart").First.WaitForAsync();
        await page.Locator("#party-p1 details summary").ClickAsync();
        await ShowAsync("watch");
        await page.GetByRole(AriaRole.Link, new() { Name = "Joint session" }).ClickAsync();
        await ShowAsync("joint");
        gateway.Continue();
        tab.RequireQuiet();

        async Task ShowAsync(string view)
        {
            Assert.Equal(scheme, await page.EvaluateAsync<string>("document.documentElement.dataset.scheme"));
            Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            var hardToRead = await page.EvaluateAsync<string[]>(Readability.Script);
            Assert.True(hardToRead.Length == 0, $"{view}, {scheme}: {string.Join("; ", hardToRead)}");
            await tab.PictureAsync($"{view}-{scheme}-{width}");
        }
    }
}
